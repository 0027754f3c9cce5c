"""What the metadata of a picture holds."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

_SIGNS = re.compile(r"[\0-\x1f\x7f\ufffd]+")
_MOST = 4096  # characters of one text
_MANY = 500  # texts


class Text(NamedTuple):
    """One entry: its name in the format's own words, and what it says."""

    label: str
    value: str


@dataclass(slots=True)
class Found:
    """`texts`: what can be read; `private`: what must not stay, whatever it says ("gps" "thumbnail" "serial" "author" "maker"
    "trailing"); `orientation`: 1 to 8 (Exif 2.32, tag 0x0112)."""

    texts: list[Text] = field(default_factory=list)
    private: set[str] = field(default_factory=set)
    orientation: int = 1

    def say(self, label: str, value: str) -> None:
        """Note a text, on one line."""
        value = _SIGNS.sub(" ", value[:_MOST]).strip()
        if value and len(self.texts) < _MANY and (text := Text(label, value)) not in self.texts[-40:]:
            self.texts.append(text)


def decoded(value: bytes) -> str:
    """Text of a field that does not say how it is encoded."""
    value = value[: 4 * _MOST].rstrip(b"\0 ")
    for encoding in ("utf-8", "gb18030"):
        try:
            return value.decode(encoding)
        except UnicodeDecodeError:
            continue
    return value.decode("latin-1")


def readable(data: bytes) -> str:
    """Text in bytes that need not be any: what stands behind a picture.  "" where there is little."""
    text = _SIGNS.sub(" ", data[: 4 * _MOST].decode("utf-8", "replace"))
    if text.count(" ") * 4 > len(text) + 40:
        return ""
    return text if sum(map(str.isalnum, text)) * 2 > len(text) else ""
