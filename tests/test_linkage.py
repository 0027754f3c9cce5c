"""Tags tell that two values are the same, and nothing else; the key is made once and is its owner's alone."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deident.errors import OutputError
from deident.linkage import LENGTH, key_file, load_key, tag


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("DEIDENT_KEY", raising=False)
    monkeypatch.setenv("DEIDENT_KEY_FILE", str(tmp_path / "deep" / "key"))
    return tmp_path / "deep" / "key"


@given(st.binary(min_size=1), st.binary(), st.binary())
def test_a_tag_depends_on_key_and_value(key: bytes, one: bytes, other: bytes) -> None:
    assert (tag(key, one) == tag(key, other)) == (one == other)
    assert len(tag(key, one)) == LENGTH
    assert tag(key + b"x", one) != tag(key, one)


def test_the_key_is_made_once(elsewhere: Path) -> None:
    made = load_key()
    assert len(made) == 64
    assert load_key() == made == elsewhere.read_bytes()
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o600


def test_a_given_key_comes_first(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEIDENT_KEY", "agency")
    assert load_key() == b"agency"
    assert not elsewhere.exists()


def test_where_the_key_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEIDENT_KEY_FILE")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/somewhere")
    assert key_file() == Path("/somewhere/deident/key")


def test_a_key_that_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DEIDENT_KEY_FILE", str(tmp_path / "file" / "key"))
    with pytest.raises(OutputError, match="set DEIDENT_KEY"):
        load_key()
