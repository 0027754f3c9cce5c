"""API keys: made once, kept as digests, taken away by removing a line."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from deident.errors import InputError, OutputError
from deident.server.keys import Keys


def test_a_key_is_known_by_its_name(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys")
    assert len(keys) == 0 and keys.owner("") is None
    one, other = keys.add("cms"), keys.add("oa-2.test")
    assert (keys.owner(one), keys.owner(other), keys.owner(one + "x"), keys.owner("é")) == ("cms", "oa-2.test", None, None)
    text = (tmp_path / "keys").read_text()
    assert one not in text and other not in text and len(text.splitlines()) == 2
    assert sys.platform == "win32" or (tmp_path / "keys").stat().st_mode & 0o777 == 0o600
    assert keys.owner(text.split()[1]) is None  # the digest is no key


def test_the_file_may_change_while_it_is_in_use(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    running = Keys(path)
    one, other = Keys(path).add("one"), Keys(path).add("other")
    assert running.owner(one) == "one"
    path.write_text("# a note\n\nnot a line\n" + path.read_text().splitlines(keepends=True)[1])
    assert (running.owner(one), running.owner(other)) == (None, "other")
    path.unlink()
    assert running.owner(other) is None


@pytest.mark.parametrize("name", ["", "a b", "a\nb", "密钥", "x" * 65])
def test_names(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        Keys(tmp_path / "keys").add(name)
    assert not (tmp_path / "keys").exists()


def test_a_name_is_taken_once(tmp_path: Path) -> None:
    Keys(tmp_path / "keys").add("cms")
    with pytest.raises(InputError, match="cms"):
        Keys(tmp_path / "keys", "en").add("cms")


def test_wrong_files(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text("cms 00\n")
    path.chmod(0o600)
    with pytest.raises(InputError, match="line 1"):
        Keys(path, "en")
    with pytest.raises(OutputError):
        Keys(tmp_path / "none" / "keys").add("cms")
    if sys.platform != "win32":
        path.write_text("")
        path.chmod(0o640)
        with pytest.raises(InputError, match="chmod 600"):
            Keys(path)
    if os.path.isdir("/proc"):
        with pytest.raises(OutputError):
            Keys(tmp_path)
