"""Workers that die, hang or are too few, and the end of the service: one worker, which is stopped (SIGSTOP) while it holds a request."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from gate.submissions import CLEAN, DIRTY, attached, letter
from server.service import Service, alive, children, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[tuple[Service, ThreadPoolExecutor]]:
    service = Service(folder, "--no-desk", *options)
    with ThreadPoolExecutor(4) as threads:
        try:
            yield service, threads
        finally:
            for worker in service.workers():
                os.kill(worker, signal.SIGCONT)
            service.stop()


def held(service: Service, threads: ThreadPoolExecutor, count: int = 1, **fields: Any) -> list[Future[httpx.Response]]:
    """Requests that the stopped workers hold."""
    asked = [threads.submit(service.check, **(fields or {"html": DIRTY})) for _ in range(count)]
    until(lambda: service.metric("deident_requests_active") == count, "the workers have their requests")
    return asked


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def test_a_killed_worker_loses_its_own_request_only(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2") as (service, threads):
        one, other = service.workers()
        os.kill(one, signal.SIGSTOP)
        os.kill(other, signal.SIGSTOP)
        asked = held(service, threads, 2)
        os.kill(one, signal.SIGKILL)
        until(lambda: sum(future.done() for future in asked) == 1, "one request is answered")
        [lost] = [future for future in asked if future.done()]
        assert code(lost.result()) == (503, "worker_lost") and lost.result().headers["Retry-After"] == "2"
        os.kill(other, signal.SIGCONT)
        assert sorted(future.result().status_code for future in asked) == [200, 503]
        until(lambda: service.metric("deident_workers") == 2, "there is another worker")
        until(lambda: one not in service.workers(), "the killed one is gone")
        assert service.check(html=CLEAN).json()["verdict"] == "publishable"
        assert f"the worker {one} ended unexpectedly" in service.log


def test_an_idle_worker_that_is_killed_is_not_missed(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "1") as (service, _):
        os.kill(service.workers()[0], signal.SIGKILL)
        until(
            lambda: service.metric("deident_workers_lost") == 1 and service.metric("deident_workers") == 1,
            "there is another worker",
        )
        assert service.check(html=CLEAN).status_code == 200


def test_the_process_that_forks_is_killed(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "1") as (service, _):
        [nursery] = children(service.process.pid)
        os.kill(nursery, signal.SIGKILL)
        until(
            lambda: service.metric("deident_workers_lost") == 1 and service.metric("deident_workers") == 1, "all is there again"
        )
        assert service.check(html=CLEAN).status_code == 200 and children(service.process.pid) != [nursery]


def test_too_slow_and_busy(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "1", "--concurrency", "2", "--seconds", "3") as (service, threads):
        [worker] = service.workers()
        os.kill(worker, signal.SIGSTOP)
        asked = held(service, threads, 2)  # one at work, one waiting
        busy = service.check(html=CLEAN)
        assert code(busy) == (503, "busy") and busy.headers["Retry-After"] == "1"
        first, second = (future.result() for future in asked)
        assert {code(response) for response in (first, second) if response.status_code == 503} >= {(503, "timeout")}
        until(lambda: not alive(worker), "the slow worker is gone")
        until(lambda: service.metric("deident_workers") == 1, "there is another worker")
        assert service.check(html=CLEAN).status_code == 200


def test_an_attachment_that_hangs(tmp_path: Path) -> None:
    """Its process is stopped: it is refused while the request still has time, and the request is answered."""
    with serving(tmp_path, "--workers", "1", "--seconds", "8") as (service, threads):
        big = letter(*[f"通知第{number}条" for number in range(20_000)])
        asked = threads.submit(service.check, html=CLEAN, attachments=[attached("a.docx", big)])
        [apart] = until(lambda: children(service.workers()[0]), "the attachment is read apart")
        os.kill(apart, signal.SIGSTOP)
        answer = asked.result().json()
        assert answer["verdict"] == "incomplete" and "too long" in answer["reasons"][0] and not alive(apart)


def test_what_a_worker_had_started_ends_with_it(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "1", "--seconds", "60") as (service, threads):
        big = letter(*[f"通知第{number}条" for number in range(20_000)])
        asked = threads.submit(service.check, html=CLEAN, attachments=[attached("a.docx", big)])
        [worker] = service.workers()
        [apart] = until(lambda: children(worker), "the attachment is read apart")
        os.kill(apart, signal.SIGSTOP)
        os.kill(worker, signal.SIGKILL)
        assert code(asked.result()) == (503, "worker_lost")
        until(lambda: not alive(apart), "its process is gone")


def test_it_stops_in_order(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "1") as (service, threads):
        [worker] = service.workers()
        [nursery] = children(service.process.pid)
        os.kill(worker, signal.SIGSTOP)
        [asked] = held(service, threads)
        service.process.send_signal(signal.SIGTERM)
        until(lambda: service.client.get("/healthz").json()["status"] == "stopping", "it stops")
        refused = service.check(html=CLEAN)
        assert code(refused) == (503, "stopping") and refused.headers["Retry-After"] == "5"
        assert service.client.get("/healthz").status_code == 503
        os.kill(worker, signal.SIGCONT)
        assert asked.result().json()["verdict"] == "blocked"
        assert service.process.wait(60) == 0, service.log
        assert service.log.rstrip().endswith("stopped.")
        until(lambda: not alive(worker) and not alive(nursery), "nothing is left")
