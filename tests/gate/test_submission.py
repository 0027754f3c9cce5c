"""Submissions from JSON: what is taken, and what is refused without a word of it."""

from __future__ import annotations

import pytest

from deident.errors import InputError
from deident.gate.submission import Attachment, Submission, checked, from_json


def test_all_fields() -> None:
    made = from_json(
        {
            "title": "公示",
            "html": "<p>x",
            "channel": "site",
            "doc_type": "student_aid",
            "url": "https://example.gov.cn/a.html",
            "lang": "en",
            "author": "编辑一",
            "review": True,
            "attachments": [{"name": "2024/a.csv", "content": "5aeT\r\n5ZCN"}],
        }
    )
    assert made == Submission(
        "公示", "<p>x", None, "site", "student_aid", "https://example.gov.cn/a.html", (Attachment("2024/a.csv", "姓名".encode()),),
        "en", "编辑一", True,
    )  # fmt: skip


def test_null_is_as_good_as_absent() -> None:
    nothing = dict.fromkeys(("title", "html", "channel", "doc_type", "url", "lang", "author", "review", "attachments"))
    assert from_json({**nothing, "text": ""}) == Submission(text="")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([], "JSON"),
        ({}, "at least one"),
        ({"title": "SECRET"}, "at least one"),
        ({"attachments": []}, "at least one"),
        ({"html": "x", "text": "y"}, "not both"),
        ({"html": 5}, "html"),
        ({"text": "x", "SECRET": 1}, "not known"),
        ({"text": "x", "channel": "SECRET"}, "channel"),
        ({"text": "x", "channel": ["SECRET"]}, "channel"),
        ({"text": "x\ud83dSECRET"}, "half a character"),
        ({"text": "x", "review": "SECRET"}, "review"),
        ({"attachments": {"SECRET": 1}}, "attachments"),
        ({"attachments": ["SECRET"]}, r"attachments\[0\]"),
        ({"attachments": [{"name": "a"}]}, r"attachments\[0\]\.content"),
        ({"attachments": [{"name": "a", "content": "SECRET!"}]}, "not base64"),
        ({"attachments": [{"name": "a", "content": "秘"}]}, "not base64"),
        ({"attachments": [{"name": "a", "content": "", "SECRET": 0}]}, "not known"),
        ({"attachments": [{"name": "", "content": ""}]}, r"attachments\[0\]\.name"),
        ({"attachments": [{"name": "SECRET\n", "content": ""}]}, r"attachments\[0\]\.name"),
        ({"attachments": [{"name": "n" * 256, "content": ""}]}, r"attachments\[0\]\.name"),
    ],
)
def test_what_cannot_be_a_submission(content: object, said: str) -> None:
    if isinstance(content, dict):
        content = {**content, "lang": "en"}
    with pytest.raises(InputError, match=said) as caught:
        from_json(content)
    assert "SECRET" not in str(caught.value)


def test_errors_are_in_the_language_of_the_sender() -> None:
    with pytest.raises(InputError, match="只能有一个"):
        from_json({"html": "", "text": ""})
    with pytest.raises(InputError, match="lang"):
        from_json({"text": "", "lang": "fr"})
    with pytest.raises(InputError, match="lang"):
        from_json({"text": "", "lang": {}})


def test_one_that_was_made_by_hand_is_checked_as_well() -> None:
    assert checked(Submission(text="x")).text == "x"
    with pytest.raises(InputError):
        checked(Submission(title="x"))


def test_nothing_of_it_is_in_its_repr() -> None:
    whole = Submission("T0001", "H0001", None, "site", None, "U0001", (Attachment("N0001", b"D0001"),), "zh", "A0001")
    assert "0001" not in repr(whole)
