"""A compound file written anew, for streams that have another length now ([MS-CFB] v20210625): the directory stays, the sectors are laid
out one stream after the other, and nothing that was free is kept."""

from __future__ import annotations

from collections.abc import Sequence
from struct import pack, pack_into

_END, _FREE, _FAT, _DIFAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFC
_MINI = 64
_ENTRY = 128
_FIRST = 109  # sectors of the table that the header names


class _Sectors:
    """Sectors in the making, and the table of what follows on which."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.data: list[bytes] = []
        self.table: list[int] = []

    def chain(self, data: bytes) -> int:
        """Append; the number of the first sector."""
        if not data:
            return _END
        first, count = len(self.table), -(-len(data) // self.size)
        self.data.append(data.ljust(count * self.size, b"\0"))
        self.table += [*range(first + 1, first + count), _END]
        return first


def rebuilt(head: bytes, directory: bytes, size: int, cutoff: int, streams: Sequence[tuple[int, bytes]]) -> bytes:
    """head: of the old file, 512 bytes; streams: (number of its entry in `directory`, data); size: of a sector."""
    sectors, entries = _Sectors(size), bytearray(directory)
    mini = bytearray()
    mini_table: list[int] = []
    for number in range(len(entries) // _ENTRY):
        if entries[number * _ENTRY + 66] == 0:
            entries[number * _ENTRY : number * _ENTRY + 66] = bytes(66)
    for number, data in streams:
        if not data or len(data) >= cutoff:
            start = sectors.chain(data)
        else:
            start, count = len(mini_table), -(-len(data) // _MINI)
            mini_table += [*range(start + 1, start + count), _END]
            mini += data.ljust(count * _MINI, b"\0")
        pack_into("<IQ", entries, number * _ENTRY + 116, start, len(data))
    pack_into("<IQ", entries, 116, sectors.chain(bytes(mini)), len(mini))
    table = pack(f"<{len(mini_table)}I", *mini_table)
    mini_count = -(-len(table) // size)
    first_mini = sectors.chain(table.ljust(mini_count * size, b"\xff"))
    first_entry = sectors.chain(bytes(entries))
    each, used = size // 4, len(sectors.table)
    count = further = 0
    while count * each < used + count + further:
        count = -(-(used + count + further) // each)
        further = -(-max(0, count - _FIRST) // (each - 1))
    places = [used + further + number for number in range(count)]
    more = places[_FIRST:]
    for number in range(further):
        part = more[number * (each - 1) : (number + 1) * (each - 1)]
        after = used + number + 1 if number + 1 < further else _END
        sectors.data.append(pack(f"<{each}I", *part, *[_FREE] * (each - 1 - len(part)), after))
    sectors.table += [_DIFAT] * further + [_FAT] * count
    sectors.table += [_FREE] * (count * each - len(sectors.table))
    sectors.data.append(pack(f"<{count * each}I", *sectors.table))
    out = bytearray(head[:512].ljust(size, b"\0"))
    pack_into("<III", out, 40, len(entries) // size if size > 512 else 0, count, first_entry)
    pack_into("<IIII", out, 60, first_mini, mini_count, used if further else _END, further)
    pack_into(f"<{_FIRST}I", out, 76, *places[:_FIRST], *[_FREE] * max(0, _FIRST - count))
    return bytes(out) + b"".join(sectors.data)
