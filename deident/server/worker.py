"""The life of a worker: one job at a time from a socket, its answer back.

It leads a process group of its own, so that what it started for a risky file (crawl/risky.py) ends with it.  Its standard output and
error lead nowhere: a library may print what it reads.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import socket
import struct
import sys
import traceback
from collections import Counter
from collections.abc import Mapping
from typing import Any

from deident.crawl.risky import limited
from deident.crawl.workers import die_with
from deident.errors import DeidentError, InputError
from deident.gate import answer as answers
from deident.gate.submission import Submission, from_json
from deident.server.body import from_form, read_json
from deident.server.errors import Malformed, Refused, TooLarge, TooMany
from deident.server.work import READY_LANGUAGES, Build, Done, Job, Message, Trouble

SHARE = 0.8  # of a request's time for its risky attachments: the rest is for what comes before and after
LENGTH = struct.Struct("!Q")
Scanners = Mapping[str, Any]


def build(how: Build) -> dict[str, Any]:
    """A scanner for each language, each used once so that nothing is left to load.  Raises DeidentError."""
    from deident.engine import Scanner

    scanners = {}
    for lang in READY_LANGUAGES:
        scanner = scanners[lang] = Scanner(
            policy=how.policy, patterns=how.patterns, suppressions=how.suppressions, matcher=how.matcher, ner=how.ner, key=how.key,
            lang=lang,
        )  # fmt: skip
        answers.mask(scanner, Submission("公示", "<p>联系人：陈一一，电话：19900000001，住贵阳市云岩区一路一号。</p>", lang=lang))
    return scanners


def serve(pipe: socket.socket, scanners: Scanners, how: Build, parent: int) -> None:
    """Answer jobs until the other side is gone.  Never returns to what called it in a forked process: the caller exits."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)  # the service says when it is over
    if hasattr(os, "setsid"):
        os.setsid()
    die_with(parent)
    if os.environ.get("DEIDENT_DEBUG") != "1":
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for number in (1, 2):
            os.dup2(nowhere, number)
    with pipe, pipe.makefile("rb") as reader:
        while job := receive(reader):
            send(pipe, _answered(job, scanners, how))


def _answered(job: Job, scanners: Scanners, how: Build) -> Message:
    try:
        with limited():
            return answered(job, scanners, how)
    except Refused as refused:
        return refused
    except MemoryError:
        return TooLarge(mb=how.max_mb)
    except Exception as problem:  # noqa: BLE001  it may quote the document
        if os.environ.get("DEIDENT_DEBUG") == "1":
            traceback.print_exc(file=sys.stderr)
        place = traceback.extract_tb(problem.__traceback__)[-1]
        return Trouble(type(problem).__name__, os.path.basename(place.filename), place.lineno or 0)


def answered(job: Job, scanners: Scanners, how: Build) -> Done:
    """The answer on a job.  Raises Refused for what cannot be a submission."""
    if job.call:
        return Done(_json(job.call(scanners[job.lang], *job.arguments)), "", {})
    submission = job.submission or read(job, how)
    scanner = scanners[submission.lang]
    seconds = how.seconds * SHARE
    try:
        work = answers.mask if job.what == "mask" else answers.check
        answer = work(scanner, submission, job.decisions, seconds)
    except InputError as problem:
        raise Malformed(why=str(problem)) from None
    found = Counter((f["category"], f["action"]) for document in answer["documents"] for f in document["findings"])
    return Done(_json(answer), answer["verdict"], dict(found), submission.review)


def _json(answer: Any) -> bytes:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def read(job: Job, how: Build) -> Submission:
    """The submission in the body of a request.  Raises Malformed, TooMany."""
    content = from_form(job.body, job.form, how.lang, how.max_files) if job.form else read_json(job.body, how.lang)
    try:
        submission = content if isinstance(content, Submission) else from_json(content, lang=how.lang)
    except DeidentError as problem:
        raise Malformed(why=str(problem)) from None
    if len(submission.attachments) > how.max_files:
        raise TooMany(files=how.max_files)
    return submission


def send(pipe: socket.socket, message: Message) -> None:
    """One message."""
    content = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    pipe.sendall(LENGTH.pack(len(content)) + content)


def receive(reader: Any) -> Any:
    """One message; None where the other side is gone."""
    head = reader.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(head)
    content = reader.read(size)
    return pickle.loads(content) if len(content) == size else None
