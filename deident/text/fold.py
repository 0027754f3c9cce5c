"""The normal form: one spelling for what a reader takes as the same number.

Full-width letters, digits and `＊＋－．／＠＿` become ASCII; zero-width and direction marks and soft hyphens vanish; unusual
blanks become a space, unusual dashes `-`; CJK radicals (Kangxi and supplement, which PDF printers write for ordinary
characters) become the ideograph; `×` or `Ⅹ` after 17 digits becomes `X`.  Full-width `，：；（）` stay: they end
nothing that is looked for, and there are thousands of them on a page.

Where to fold is found by the matcher (`RULES` are part of its rules, fixed width, one event each); what to write is
decided here.  Nothing gets longer, and the map has one piece per place.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from deident.model import Ints, SourceMap

_CODE_POINTS: Mapping[str, tuple[int, ...]] = {
    "ascii": (0xFF0A, 0xFF0B, *range(0xFF0D, 0xFF1A), *range(0xFF20, 0xFF3B), 0xFF3F, *range(0xFF41, 0xFF5B)),
    # soft hyphen, zero width and direction, word joiner and invisible operators, byte order mark inside a text
    "mark": (0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x206A), 0xFEFF),
    "blank": (0xA0, *range(0x2000, 0x200B), 0x202F, 0x3000),
    "dash": (*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63),
}
#: (name, what is looked for in UTF-8 bytes, is it a literal, bytes that are replaced at its end)
RULES: tuple[tuple[str, bytes, bool, int], ...] = (
    *((name, chr(code).encode(), True, len(chr(code).encode())) for name, codes in _CODE_POINTS.items() for code in codes),
    ("x", rb"[0-9]{17}\xc3\x97", False, 2),  # ×
    ("x", rb"[0-9]{17}\xe2\x85\xa9", False, 3),  # Ⅹ
    ("radical", rb"\xe2[\xba-\xbf][\x80-\xbf]", False, 3),  # U+2E80 … U+2FFF
)
NAMES = ("ascii", "mark", "blank", "dash", "x", "radical")
_MARK, _RADICAL = NAMES.index("mark"), NAMES.index("radical")
_BYTES = [bytes([code]) for code in range(128)]

# CJK Radicals Supplement that NFKC leaves alone, as in Unicode's EquivalentUnifiedIdeograph.txt (written by hand, the
# forms that printers emit for common characters).
_SUPPLEMENT = {
    0x2E81: "厂", 0x2E83: "乚", 0x2E84: "乙", 0x2E85: "亻", 0x2E86: "冂", 0x2E88: "刀", 0x2E89: "刂", 0x2E8B: "卩",
    0x2E8C: "小", 0x2E8D: "小", 0x2E8E: "兀", 0x2E8F: "尣", 0x2E90: "尢", 0x2E92: "巳", 0x2E93: "幺", 0x2E95: "彐",
    0x2E96: "忄", 0x2E97: "心", 0x2E98: "扌", 0x2E99: "攵", 0x2E9B: "旡", 0x2E9C: "日", 0x2E9D: "月", 0x2E9E: "歹",
    0x2E9F: "母", 0x2EA0: "民", 0x2EA1: "氵", 0x2EA2: "氺", 0x2EA3: "灬", 0x2EA4: "爫", 0x2EA6: "丬", 0x2EA7: "牛",
    0x2EA8: "犭", 0x2EA9: "王", 0x2EAB: "目", 0x2EAC: "示", 0x2EAD: "礻", 0x2EAF: "糹", 0x2EB0: "纟", 0x2EB3: "罒",
    0x2EB6: "羊", 0x2EB7: "羊", 0x2EBC: "月", 0x2EBE: "艹", 0x2EC0: "艹", 0x2EC1: "虎", 0x2EC2: "衤", 0x2EC3: "覀",
    0x2EC4: "西", 0x2EC5: "见", 0x2EC6: "角", 0x2EC8: "讠", 0x2EC9: "贝", 0x2ECA: "足", 0x2ECB: "车", 0x2ECC: "辶",
    0x2ECF: "阝", 0x2ED0: "钅", 0x2ED1: "長", 0x2ED2: "镸", 0x2ED3: "长", 0x2ED4: "门", 0x2ED6: "阝", 0x2ED7: "雨",
    0x2ED8: "青", 0x2ED9: "韦", 0x2EDA: "页", 0x2EDB: "风", 0x2EDC: "飞", 0x2EDD: "食", 0x2EDF: "飠", 0x2EE0: "饣",
    0x2EE2: "马", 0x2EE3: "骨", 0x2EE5: "鱼", 0x2EE6: "鸟", 0x2EE8: "麦", 0x2EE9: "黄", 0x2EEB: "齐", 0x2EEC: "齐",
    0x2EED: "齿", 0x2EEE: "齿", 0x2EEF: "竜", 0x2EF0: "龙", 0x2EF1: "龟", 0x2EF2: "亀", 0x2EF3: "龟",
}  # fmt: skip


@cache
def _radicals() -> Mapping[int, str]:
    """The ideograph for each radical of U+2E80 … U+2FFF that has one."""
    table = {}
    for code in range(0x2E80, 0x3000):
        plain = _SUPPLEMENT.get(code) or unicodedata.normalize("NFKC", chr(code))
        if plain != chr(code) and len(plain.encode()) == 3:
            table[code] = plain
    return table


def fold(view: bytes, numbers: NDArray[np.int32], ends: Ints) -> tuple[bytes, SourceMap]:
    """Fold `view` at the events of RULES (`numbers` index into it; `ends` ascending, (n,)); map back to `view`."""
    if not len(ends):
        return view, SourceMap.identity(len(view))
    old = np.frombuffer(view, np.uint8)
    name = np.array([NAMES.index(name) for name, _, _, _ in RULES], np.int8)[numbers]
    width = np.array([width for _, _, _, width in RULES], np.int64)[numbers]
    starts = ends - width
    last, middle = old[ends - 1].astype(np.int64), old[ends - 2].astype(np.int64)
    code = ((middle & 0x3F) << 6) | (last & 0x3F)  # the low 12 bits of the code point
    plain = np.select([name == NAMES.index(n) for n in ("ascii", "blank", "dash", "x")], [code - 0xEE0 & 0xFF, 32, 45, 88])
    radicals = _radicals()
    parts: list[bytes] = []
    done = 0
    written = np.ones(len(ends), np.int64)
    columns = (name.tolist(), starts.tolist(), ends.tolist(), plain.tolist(), code.tolist())
    for place, (kind, start, end, byte, low) in enumerate(zip(*columns, strict=True)):
        if kind == _RADICAL:
            ideograph = radicals.get(0x2000 | low & 0xFFF)
            new = ideograph.encode() if ideograph else view[start:end]
        else:
            new = b"" if kind == _MARK else _BYTES[byte]
        parts += (view[done:start], new)
        written[place] = len(new)
        done = end
    parts.append(view[done:])
    changed = written < width
    return b"".join(parts), _map(len(old), starts[changed], ends[changed], written[changed])


def _map(size: int, starts: Ints, ends: Ints, written: Ints) -> SourceMap:
    """Pieces: the stretch before each place (exact), then the place (atomic; none where it vanished), then the rest."""
    count = len(starts)
    source = np.empty(2 * count + 1, np.int64)
    width = np.empty(2 * count + 1, np.int64)
    length = np.empty(2 * count + 1, np.int64)
    source[0] = 0
    source[1::2], source[2::2] = starts, ends
    width[0::2] = length[0::2] = np.append(starts, size) - np.concatenate(([0], ends))
    width[1::2], length[1::2] = ends - starts, written
    used = length > 0
    used[-1] = True
    view = np.concatenate(([0], np.cumsum(length)[:-1]))
    return SourceMap(view[used], source[used], width[used], int(length.sum()))
