"""`deident serve` on the command line, and what of the server needs no server."""

from __future__ import annotations

import builtins
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deident import cli
from deident.errors import InputError
from deident.server import errors
from deident.server.door import language
from deident.server.logs import Plain
from deident.server.run import told
from deident.server.settings import Settings
from deident.server.words import WORDS


def test_a_new_key(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEIDENT_KEY", "a key for tests")
    arguments = ["serve", "--data", str(tmp_path / "data"), "--lang", "en", "--new-key"]
    assert cli.main([*arguments, "cms"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("A new API key (cms)") and len(said[1]) == 43 and len(said) == 2
    assert said[1] not in (tmp_path / "data" / "keys").read_text()
    assert sys.platform == "win32" or (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert cli.main([*arguments, "cms"]) == 2
    assert "there is a key of the name cms" in capsys.readouterr().err


def test_without_the_extra(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    whole = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "fastapi":
            raise ImportError(name)
        return whole(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    assert cli.main(["serve", "--lang", "en"]) == 2
    assert "pip install 'deident[server]'" in capsys.readouterr().err


@pytest.mark.parametrize(("options", "said"), [
    (["--policy", "gov-publik"], "no such policy"),
    (["--host", "192.0.2.1"], "cannot listen on 192.0.2.1:0"),
])  # fmt: skip
def test_what_ends_it_at_once(tmp_path: Path, options: list[str], said: str) -> None:
    command = [
        sys.executable,
        "-m",
        "deident",
        "serve",
        "--port",
        "0",
        "--data",
        str(tmp_path),
        "--no-ner",
        "--no-desk",
        "--lang",
        "en",
    ]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode in (2, 3) and said in done.stderr and "Traceback" not in done.stderr
    assert "there is no API key yet" in done.stderr and not (tmp_path / "keys").exists()  # nobody would see it


def test_it_says_that_tls_is_a_proxys(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "deident.server"):
        told(Settings(lang="en"), 8470)
        assert "http://127.0.0.1:8470" in caplog.text and "TLS" not in caplog.text
        told(Settings(host="::", lang="en"), 8470)
        assert "http://[::]:8470" in caplog.text and "put a proxy before it that ends TLS" in caplog.text


def test_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ({"seconds": 0}, {"max_mb": -1}, {"workers": -1}, {"port": 70000}, {"lang": "fr"}):
        with pytest.raises(InputError):
            Settings(**wrong)  # type: ignore[arg-type]
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    made = Settings(key=b"SECRET", database="postgresql://u:SECRET@h/d")
    assert made.keys_file == tmp_path / "deident" / "keys" and made.processes >= 1 and "SECRET" not in repr(made)
    assert Settings().database_url == f"sqlite:///{tmp_path}/deident/desk.sqlite"
    assert [Settings(host=host).loopback for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "::", "a.example")] == [
        True
    ] * 3 + [False] * 3


def test_every_error_has_words_and_a_status() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.Refused)]
    values = {"mb": 1, "files": 2, "seconds": 3, "why": "x"}
    for kind in kinds:
        if kind is errors.Unavailable:
            continue
        for lang in ("zh", "en"):
            assert kind(**values).body(lang)["error"]["message"]
        assert (kind(**values).headers().get("Retry-After") is not None) == (kind.status == 503)
    assert {kind.code for kind in kinds} <= WORDS.keys()


def test_the_language_of_a_client() -> None:
    asked = {b"": "zh", b"en": "en", b"en-US,zh;q=0.5": "en", b"fr, zh-TW": "zh", b"\xff": "zh"}
    assert {key: language({b"accept-language": key}, "zh") for key in asked} == asked


def test_the_log_quotes_no_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEIDENT_DEBUG", raising=False)

    def line(name: str, text: str, *values: object) -> str:
        try:
            raise ValueError("SECRET")
        except ValueError:
            record = logging.LogRecord(name, logging.ERROR, "file.py", 7, text, values, sys.exc_info())
        return Plain().format(record)

    assert line("uvicorn.error", "Exception in %s", "SECRET").endswith("ERROR uvicorn.error ValueError (file.py:7)")
    record = logging.LogRecord("pdfminer", logging.WARNING, "file.py", 7, "cannot read %s", ("SECRET",), None)
    assert Plain().format(record).endswith("WARNING pdfminer cannot read %s")
    assert line("deident.server", "it is %s", "so").endswith("ERROR deident.server it is so")


def test_import_deident_loads_no_server() -> None:
    script = "import sys, deident, deident.cli; deident.scan; print([m for m in sys.modules if m.split('.')[0] in ('fastapi', 'uvicorn', 'starlette', 'pydantic')])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip() == "[]"
