"""ToUnicode CMaps without the codes that are no longer shown (ISO 32000-2, 9.10.3; Adobe technical note 5411)."""

from __future__ import annotations

import re
from collections.abc import Collection

_SECTION = re.compile(rb"\d+\s+begin(bfchar|bfrange)\b(.*?)\bend\1\b", re.DOTALL)
_HEX = rb"<([0-9A-Fa-f\s]*)>"
_CHAR = re.compile(_HEX + rb"\s*(<[0-9A-Fa-f\s]*>|/[^\s<>\[\]]+)")
_RANGE = re.compile(_HEX + rb"\s*" + _HEX + rb"\s*(?:\[([^\]]*)\]|(<[0-9A-Fa-f\s]*>))")
_VALUE = re.compile(rb"<[0-9A-Fa-f\s]*>|/[^\s<>\[\]]+")
_AT_ONCE = 100  # entries of a section, by the note
_MOST = 1 << 17  # codes of all ranges together


def pruned(cmap: bytes, used: Collection[int]) -> bytes:
    """The same CMap with only those entries whose code is in `used`; ranges become single entries.  Linear."""
    left = _MOST

    def section(found: re.Match[bytes]) -> bytes:
        nonlocal left
        kept: list[bytes] = []
        if found[1] == b"bfchar":
            kept = [b"<%s> %s" % (code, value) for code, value in _CHAR.findall(found[2]) if _number(code) in used]
        else:
            for low, high, several, one in _RANGE.findall(found[2]):
                first, last = _number(low), min(_number(high), _number(low) + 0xFFFF)
                digits = len(b"".join(low.split()))
                values = _VALUE.findall(several)
                left -= max(0, last - first + 1)
                if left < 0:
                    break  # what is not written is not shown by anybody
                for code in range(first, last + 1):
                    if code in used and (one or code - first < len(values)):
                        kept.append(b"<%0*X> %s" % (digits, code, _counted(one, code - first) if one else values[code - first]))
        return b"\n".join(_written(kept[at : at + _AT_ONCE]) for at in range(0, len(kept), _AT_ONCE))

    return _SECTION.sub(section, cmap)


def _written(entries: list[bytes]) -> bytes:
    return b"%d beginbfchar\n%s\nendbfchar" % (len(entries), b"\n".join(entries))


def _number(digits: bytes) -> int:
    return int(b"".join(digits.split()) or b"0", 16)


def _counted(value: bytes, more: int) -> bytes:
    digits = b"".join(value[1:-1].split())
    return b"<%0*X>" % (len(digits), (_number(digits) + more) % (1 << 4 * max(len(digits), 1)))
