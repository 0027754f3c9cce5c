"""Descriptions inside pictures: XMP (ISO 16684-1), IPTC-IIM 4.2, and Photoshop's image resources around them."""

from __future__ import annotations

import re
from html import unescape

from deident.formats.image.found import Found, decoded

_ELEMENT = re.compile(r"<([A-Za-z_][\w:.-]*)([^<>]*)>([^<]*)")
_ATTRIBUTE = re.compile(r"([A-Za-z_][\w:.-]*)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_AUTHORS = ("creator", "author", "authors", "artist", "by-line", "ownername", "cameraownername")
_IPTC = {
    5: "ObjectName", 25: "Keywords", 80: "By-line", 85: "By-lineTitle", 90: "City", 105: "Headline", 110: "Credit", 115: "Source",
    116: "CopyrightNotice", 118: "Contact", 120: "Caption", 122: "Writer",
}  # fmt: skip


def read(data: bytes, found: Found) -> None:
    """Texts and attributes of an XMP packet."""
    wide = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be" if data[:1] == b"\0" else "utf-8"
    label = "XMP"
    for element, attributes, text in _ELEMENT.findall(data[: 1 << 20].decode(wide, "replace")):
        name = element.rpartition(":")[2]
        if not element.startswith(("rdf:", "x:")):
            label = name
        for key, one, other in _ATTRIBUTE.findall(attributes):
            if not key.startswith(("xmlns", "rdf:", "xml:", "x:")):
                _say(key.rpartition(":")[2], one or other, found)
        _say(label, text, found)


def _say(label: str, value: str, found: Found) -> None:
    value = unescape(value).strip()
    if not value:
        return
    low = label.lower()
    if low.startswith("gps"):
        found.private.add("gps")
    elif "serialnumber" in low:
        found.private.add("serial")
    elif low in _AUTHORS:
        found.private.add("author")
    if len(value) > 2000 and " " not in value:
        found.private.add("thumbnail")  # base64
    else:
        found.say(label, value)


def iptc(data: bytes, found: Found) -> None:
    """Data sets: 0x1C, record, number, length (two bytes), value."""
    at = 0
    while at + 5 <= len(data) and data[at] == 0x1C:
        record, number = data[at + 1], data[at + 2]
        size = int.from_bytes(data[at + 3 : at + 5], "big")
        if record == 2 and number >= 5:
            found.say(_IPTC.get(number, f"IPTC {number}"), decoded(data[at + 5 : at + 5 + size]))
            if number == 80:
                found.private.add("author")
        at += 5 + size


def photoshop(data: bytes, found: Found) -> None:
    """Image resource blocks: "8BIM", id, Pascal string, length, data; each padded to even length."""
    at = data.find(b"8BIM")
    while at >= 0 and data[at : at + 4] == b"8BIM" and at + 12 <= len(data):
        number = int.from_bytes(data[at + 4 : at + 6], "big")
        at += 6 + (data[at + 6] + 2) // 2 * 2
        size = int.from_bytes(data[at : at + 4], "big")
        value = data[at + 4 : at + 4 + size]
        if number == 0x0404:
            iptc(value, found)
        elif number in (0x0409, 0x040C):
            found.private.add("thumbnail")
        elif number == 0x0424:
            read(value, found)
        at += 4 + (size + 1) // 2 * 2
