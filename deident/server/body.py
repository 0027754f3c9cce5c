"""The body of a request as a submission, read by a worker: the process that listens never looks into it.

JSON may hold a field once only: of two, this reader and another might take different ones.  A form is kept in memory, its texts are
UTF-8 or refused: what is read with the wrong characters is not found.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from deident.errors import InputError
from deident.gate.submission import FIELDS, Attachment, Submission, from_json
from deident.server.errors import Malformed, TooMany
from deident.server.words import say

BOM = b"\xef\xbb\xbf"
TEXTS = tuple(name for name in FIELDS if name != "attachments")
TRUTH = {"true": True, "1": True, "false": False, "0": False}


def read_json(body: bytes, lang: str) -> Any:
    """The JSON in a body.  Raises Malformed."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            raise Malformed(why=say(lang, "twice"))
        return made

    try:
        return json.loads(body.removeprefix(BOM).decode(), object_pairs_hook=once)
    except UnicodeDecodeError:
        raise Malformed(why=say(lang, "not_utf8")) from None
    except RecursionError:
        raise Malformed(why=say(lang, "too_deep")) from None
    except ValueError:
        raise Malformed(why=say(lang, "not_json")) from None


def from_form(body: bytes, content_type: str, lang: str, most: int) -> Submission:
    """The submission in a form (multipart/form-data, RFC 7578): fields as in JSON, attachments as `file`.

    A text that is empty counts as absent: so browsers send what was not filled in.  Raises Malformed, TooMany.
    """
    fields: dict[str, Any] = {}
    files: list[Attachment] = []
    for part in _parts(body, content_type, lang):
        name, filename, content = part.named("name", lang), part.named("filename", lang), bytes(part.content)
        if (name == "file") != (filename is not None):
            raise Malformed(why=say(lang, "form_file"))
        if filename is not None:
            if filename or content:  # else no file was chosen
                files.append(Attachment(filename, content))
        elif name not in TEXTS:
            raise Malformed(why=say(lang, "form_field", known=", ".join(TEXTS)))
        elif name in fields:
            raise Malformed(why=say(lang, "twice"))
        else:
            try:
                fields[name] = content.decode()
            except UnicodeDecodeError:
                raise Malformed(why=say(lang, "not_utf8")) from None
        if len(files) > most:
            raise TooMany(files=most)
    given = {name: value for name, value in fields.items() if value}
    if "review" in given:
        if given["review"].lower() not in TRUTH:
            raise Malformed(why=say(lang, "form_review"))
        given["review"] = TRUTH[given["review"].lower()]
    try:
        return from_json(given, files, lang)
    except InputError as problem:
        raise Malformed(why=str(problem)) from None


@dataclass(slots=True)
class Part:
    """One part of a form: its disposition's parameters, and its content."""

    names: dict[bytes, bytes] = field(default_factory=dict)
    content: bytearray = field(default_factory=bytearray)
    header: bytearray = field(default_factory=bytearray)
    value: bytearray = field(default_factory=bytearray)

    def named(self, key: str, lang: str) -> str | None:
        """A parameter as text; None where there is none.  Raises Malformed."""
        found = self.names.get(key.encode())
        try:
            return None if found is None else found.decode()
        except UnicodeDecodeError:
            raise Malformed(why=say(lang, "not_utf8")) from None


def _parts(body: bytes, content_type: str, lang: str) -> list[Part]:
    """The parts of a whole body.  Raises Malformed."""
    parts: list[Part] = []
    ended = False

    def begin() -> None:
        parts.append(Part())

    def header(data: bytes, start: int, end: int) -> None:
        parts[-1].header += data[start:end]

    def value(data: bytes, start: int, end: int) -> None:
        parts[-1].value += data[start:end]

    def header_end() -> None:
        part = parts[-1]
        if part.header.lower() == b"content-disposition":
            part.names = parse_options_header(bytes(part.value))[1]
        part.header.clear()
        part.value.clear()

    def content(data: bytes, start: int, end: int) -> None:
        parts[-1].content += data[start:end]

    def end() -> None:
        nonlocal ended
        ended = True

    try:
        boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": begin, "on_header_field": header, "on_header_value": value, "on_header_end": header_end,
                "on_part_data": content, "on_end": end,
            },
        )  # fmt: skip
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError):
        raise Malformed(why=say(lang, "not_multipart")) from None
    if not ended:
        raise Malformed(why=say(lang, "not_multipart"))
    return parts
