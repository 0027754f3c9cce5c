"""What a CMS submits before it publishes: a page, its title, what hangs on it, and where it is to appear."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from deident.errors import InputError
from deident.gate.words import say
from deident.policy.types import CHANNELS

LANGUAGES = ("zh", "en")
FIELDS = ("title", "html", "text", "channel", "doc_type", "url", "lang", "attachments", "review", "author")
MOST_NAME = 255  # characters of an attachment's name
_BLANKS = bytes.maketrans(b"", b""), b" \t\r\n"
_STRANGE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that hangs on the page.  Its name may be a path ("2024/list.xlsx")."""

    name: str = field(repr=False)
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Submission:
    """What is to be published.  `html` or `text`, or neither where only attachments go online; its repr holds no content.

    channel    where it is to appear: one of policy.types.CHANNELS, "" where nobody says
    doc_type   id of the type of document where the sender knows it; None: it is recognised
    url        where the page will stand; for people, nothing is fetched
    lang       language of sentences and reasons, "zh" or "en"
    author     who publishes; review: file it at the review desk when it is not publishable
    """

    title: str = field(default="", repr=False)
    html: str | None = field(default=None, repr=False)
    text: str | None = field(default=None, repr=False)
    channel: str = ""
    doc_type: str | None = None
    url: str = field(default="", repr=False)
    attachments: tuple[Attachment, ...] = field(default=(), repr=False)
    lang: str = "zh"
    author: str = field(default="", repr=False)
    review: bool = False


def from_json(content: object, files: Sequence[Attachment] = (), lang: str = "zh") -> Submission:
    """A submission from a JSON object (docs/server.md), and `files` that came another way; `lang`: its language, where it names none.

    Raises InputError, which names the field and quotes nothing.

    A field that is not known is refused: content under a name with a slip in it would go online unseen.

    >>> from_json({"title": "公示", "text": "……", "lang": "en"}).lang
    'en'
    """
    if not isinstance(content, Mapping):
        raise InputError(say(lang, "not_object"))
    default, lang = lang, content.get("lang") or lang
    if lang not in LANGUAGES:
        raise InputError(say(default, "wrong_choice", field="lang", known=", ".join(LANGUAGES)))
    if not content.keys() <= set(FIELDS):
        raise InputError(say(lang, "unknown_field", place="", known=", ".join(FIELDS)))
    texts = {name: _text(content, name, lang) for name in FIELDS if name not in ("attachments", "review")}
    listed = content.get("attachments")
    if listed is not None and not isinstance(listed, list):
        raise InputError(say(lang, "wrong_kind", field="attachments", kind="array"))
    review = content.get("review")
    if review is not None and not isinstance(review, bool):
        raise InputError(say(lang, "wrong_kind", field="review", kind="boolean"))
    return checked(
        Submission(
            title=texts["title"] or "", html=texts["html"], text=texts["text"], channel=texts["channel"] or "",
            doc_type=texts["doc_type"] or None, url=texts["url"] or "", lang=lang, author=texts["author"] or "", review=bool(review),
            attachments=(*(_attachment(file, number, lang) for number, file in enumerate(listed or ())), *files),
        )
    )  # fmt: skip


def checked(submission: Submission) -> Submission:
    """The submission, if it can be one.  Raises InputError."""
    lang = submission.lang
    if submission.html is not None and submission.text is not None:
        raise InputError(say(lang, "two_pages"))
    if submission.html is None and submission.text is None and not submission.attachments:
        raise InputError(say(lang, "nothing"))
    if submission.channel and submission.channel not in CHANNELS:
        raise InputError(say(lang, "wrong_choice", field="channel", known=", ".join(CHANNELS)))
    for number, file in enumerate(submission.attachments):
        if not file.name or len(file.name) > MOST_NAME or _STRANGE.search(file.name):
            raise InputError(say(lang, "wrong_name", field=f"attachments[{number}].name", most=MOST_NAME))
    return submission


def _text(content: Mapping[str, Any], name: str, lang: str) -> str | None:
    value = content.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise InputError(say(lang, "wrong_kind", field=name, kind="string"))
    if _SURROGATE.search(value):  # half of a character: no file and no page can hold it
        raise InputError(say(lang, "half_character", field=name))
    return value


def _attachment(file: object, number: int, lang: str) -> Attachment:
    place = f"attachments[{number}]"
    if not isinstance(file, Mapping):
        raise InputError(say(lang, "wrong_kind", field=place, kind="object"))
    if not file.keys() <= {"name", "content"}:
        raise InputError(say(lang, "unknown_field", place=f"{place}: ", known="name, content"))
    name, content = file.get("name"), file.get("content")
    for key, value in (("name", name), ("content", content)):
        if not isinstance(value, str):
            raise InputError(say(lang, "wrong_kind", field=f"{place}.{key}", kind="string"))
    try:
        data = base64.b64decode(str(content).encode("ascii").translate(*_BLANKS), validate=True)
    except (UnicodeEncodeError, binascii.Error, ValueError):
        raise InputError(say(lang, "not_base64", field=f"{place}.content")) from None
    return Attachment(str(name), data)
