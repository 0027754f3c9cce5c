"""Files inside a PDF: embedded files of any kind (ISO 32000-2, 7.11.4: name tree, /AF, annotations, portfolios), each once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

from deident.formats.pdf.text import decoded

_NAMES = ("/UF", "/F", "/Unix", "/Mac", "/DOS")


@dataclass(slots=True)
class Attachment:
    """An embedded file: its name (the file specification's, else "attachment-1" …), and its bytes, unpacked."""

    name: str
    data: bytes
    _stream: Object

    def set(self, new: bytes) -> None:
        """Put other bytes there, with their size and checksum; dates of the old file go."""
        self.data = new
        self._stream.write(new)
        entries = self._stream.stream_dict
        parameters = entries.get("/Params")
        if isinstance(parameters, Dictionary):
            parameters["/Size"] = len(new)
            if "/CheckSum" in parameters:
                parameters["/CheckSum"] = String(hashlib.md5(new, usedforsecurity=False).digest())
            for key in ("/CreationDate", "/ModDate"):
                if key in parameters:
                    del parameters[key]


def collect(pdf: Pdf) -> list[Attachment]:
    """All of them in the order of the objects; one that cannot be unpacked has its packed bytes."""
    called: dict[tuple[int, int], str] = {}
    loose: list[Object] = []
    for one in pdf.objects:
        if isinstance(one, Stream):
            if one.stream_dict.get("/Type") == Name.EmbeddedFile:
                loose.append(one)
            _specifications(one.stream_dict, called, 0)
        elif isinstance(one, (Dictionary, Array)):
            _specifications(one, called, 0)
    streams = dict.fromkeys([*called, *(one.objgen for one in loose)])
    found: list[Attachment] = []
    for objgen in streams:
        stream = pdf.get_object(objgen)
        if isinstance(stream, Stream):
            try:
                data = stream.read_bytes()
            except Exception:  # noqa: BLE001  a filter that qpdf does not know, or damage
                data = stream.read_raw_bytes()
            found.append(Attachment(called.get(objgen) or f"attachment-{len(found) + 1}", data, stream))
    return found


def _specifications(container: Object, called: dict[tuple[int, int], str], depth: int) -> None:
    """File specifications in an object, and the streams they embed with their names."""
    if depth > 300:
        return
    if isinstance(container, Dictionary):
        embedded = container.get("/EF")
        if isinstance(embedded, Dictionary):
            name = ""
            for key in _NAMES:
                value = container.get(key)
                name = name or ((isinstance(value, String) and decoded(bytes(value))) or "")
            for key in _NAMES:
                value = embedded.get(key)
                if isinstance(value, Stream):
                    called.setdefault(value.objgen, name)
            related = container.get("/RF")
            for files in related.values() if isinstance(related, Dictionary) else ():
                for value in files if isinstance(files, Array) else ():
                    if isinstance(value, Stream):
                        called.setdefault(value.objgen, "")
        values = [value for _, value in container.items()]
    elif isinstance(container, Array):
        values = list(container)
    else:
        return
    for value in values:
        if isinstance(value, (Dictionary, Array)) and not value.is_indirect:
            _specifications(value, called, depth + 1)
