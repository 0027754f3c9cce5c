"""Arrow arrays as columns of UTF-8: text as it stands, numbers and dates as a sheet shows them, fields of structs as columns of their own,
lists as one cell; and the way back.

What is no text at all (binary data that is not UTF-8, unions) is a leaf without texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deident.errors import VerifyError
from deident.integrations.cells import INNER, Texts
from deident.integrations.numerals import number
from deident.model import Ints

_SIGN = ord(INNER)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One column of texts out of an array.

    label   the names that lead to it: of the column, of fields
    texts   None for what is no text
    counts  of lists: how many elements each row has, those of inner lists counted one by one
    """

    label: tuple[str, ...]
    array: Any
    texts: Texts | None
    counts: Ints | None = None


def leaves(label: tuple[str, ...], array: Any, counts: Ints | None = None) -> Iterator[Leaf]:
    """All leaves of an array (without chunks), in the order in which `rebuilt` asks for them."""
    type = array.type
    if isinstance(type, pa.BaseExtensionType):
        yield from leaves(label, array.storage, counts)
    elif pa.types.is_struct(type):
        for n in range(type.num_fields):
            yield from leaves((*label, type.field(n).name), pc.struct_field(array, [n]), counts)
    elif is_list(type):
        yield from leaves(label, _elements(array), _summed(lengths(array), counts))
    else:
        texts = shown(array)
        yield Leaf(label, array, texts if texts is None or counts is None else together(texts, counts), counts)


def _summed(inner: Ints, outer: Ints | None) -> Ints:
    """Elements of each row: the lengths of its lists together."""
    if outer is None:
        return inner
    ends = np.cumsum(outer)
    total = np.concatenate(([0], np.cumsum(inner)))
    summed: Ints = total[ends] - total[ends - outer]
    return summed


def _elements(array: Any) -> Any:
    """The elements of all lists; of a map structs of key and value."""
    if pa.types.is_map(array.type):
        array = array.cast(pa.list_(pa.struct([("key", array.type.key_type), ("value", array.type.item_type)])))
    return array.flatten()


def is_list(type: Any) -> bool:
    """Lists of any layout, maps as lists of key and value."""
    return bool(
        pa.types.is_list(type) or pa.types.is_large_list(type) or pa.types.is_fixed_size_list(type) or pa.types.is_map(type)
        or pa.types.is_list_view(type) or pa.types.is_large_list_view(type)
    )  # fmt: skip


def lengths(array: Any) -> Ints:
    """Elements of each list; of a missing one none."""
    if pa.types.is_map(array.type):
        array = array.cast(pa.list_(pa.struct([("key", array.type.key_type), ("value", array.type.item_type)])))
    return np.asarray(pc.fill_null(pc.list_value_length(array), 0)).astype(np.int64)


def strings(array: Any) -> Texts:
    """An array of any string type, missing ones empty."""
    array = pc.fill_null(array.cast(pa.large_string()), "")
    _, places, data = array.buffers()
    offsets = (
        np.frombuffer(places, np.int64)[array.offset : array.offset + len(array) + 1] if len(array) else np.zeros(1, np.int64)
    )
    low, high = int(offsets[0]), int(offsets[-1])
    return Texts(bytes(data[low:high]) if data is not None else b"", offsets - low)


def shown(array: Any) -> Texts | None:
    """Any scalars as a sheet shows them; None for what is no text."""
    type, kinds = array.type, pa.types
    if is_text(type):
        return strings(array)
    if kinds.is_dictionary(type):
        distinct = shown(array.dictionary)
        codes = np.asarray(pc.fill_null(array.indices.cast(pa.int64()), -1))
        return None if distinct is None else Texts.at(distinct, codes)
    if kinds.is_run_end_encoded(type):
        return shown(pc.run_end_decode(array))
    if kinds.is_floating(type) or kinds.is_decimal(type):
        return Texts.of(["" if value is None else number(value) for value in array.to_pylist()])
    if kinds.is_timestamp(type):
        plain = array.cast(pa.timestamp(type.unit))
        seconds = plain.cast(pa.timestamp("s"), safe=False)
        days = seconds.cast(pa.date32(), safe=False)
        midnight = pc.all(pc.equal(days.cast(pa.timestamp("s")), seconds)).as_py()
        return strings((days if midnight in (True, None) else seconds).cast(pa.string()))
    if kinds.is_binary(type) or kinds.is_large_binary(type) or kinds.is_fixed_size_binary(type) or kinds.is_binary_view(type):
        try:
            return strings(array.cast(pa.large_binary()).cast(pa.large_string()))
        except pa.ArrowInvalid:
            return None
    if kinds.is_integer(type) or kinds.is_boolean(type) or kinds.is_date(type) or kinds.is_time(type):
        return strings(array.cast(pa.date32() if kinds.is_date(type) else type).cast(pa.string()))
    return None


def is_text(type: Any) -> bool:
    """Strings of any layout."""
    return bool(pa.types.is_string(type) or pa.types.is_large_string(type) or pa.types.is_string_view(type))


def together(texts: Texts, counts: Ints) -> Texts:
    """Elements as one cell for each list, a sign between them."""
    ends = np.cumsum(counts)
    parted = np.frombuffer(texts.parted(INNER.encode()), np.uint8)
    offsets = texts.offsets + np.arange(len(texts) + 1)
    keep = np.ones(len(parted), np.bool_)
    filled = counts > 0
    keep[offsets[ends[filled]] - 1] = False  # behind the last element
    sizes = offsets[ends] - offsets[ends - counts] - filled
    return Texts(parted[keep].tobytes(), np.concatenate(([0], np.cumsum(sizes))).astype(np.int64))


def apart(texts: Texts, counts: Ints) -> Texts:
    """The elements again.  Raises VerifyError when there are not as many as there were: a text holds the sign itself."""
    data = np.frombuffer(texts.data, np.uint8)
    signs = np.flatnonzero(data == _SIGN)
    filled = np.flatnonzero(counts > 0)
    ends = texts.offsets[1:][filled]
    borders = np.sort(np.concatenate((signs, ends)), kind="stable")
    if len(borders) != int(counts.sum()):
        raise VerifyError("a list holds the sign U+001E, which is used between its elements: replace it first")
    removed = np.searchsorted(signs, borders)  # signs before each border
    keep = data != _SIGN
    return Texts(data[keep].tobytes(), np.concatenate(([0], borders - removed)).astype(np.int64))


def rebuilt(array: Any, made: Iterator[Any]) -> Any:
    """The array with its leaves replaced by what `made` gives, in the order in which they were read."""
    type = array.type
    if isinstance(type, pa.BaseExtensionType):
        return rebuilt(array.storage, made)
    if pa.types.is_struct(type):
        fields = [rebuilt(pc.struct_field(array, [n]), made) for n in range(type.num_fields)]
        names = [type.field(n).with_type(one.type) for n, one in enumerate(fields)]
        return pa.StructArray.from_arrays(fields, fields=names, mask=pc.is_null(array))
    if is_list(type):
        values = rebuilt(_elements(array), made)
        offsets = np.concatenate(([0], np.cumsum(lengths(array))))
        if pa.types.is_map(type):
            built = pa.MapArray.from_arrays(pa.array(offsets, pa.int32()), values.field(0), values.field(1))
            return built if not array.null_count else pc.if_else(pc.is_null(array), None, built)
        if pa.types.is_fixed_size_list(type):
            return _fixed(array, values)
        large = pa.types.is_large_list(type) or pa.types.is_large_list_view(type)
        build, of = (pa.LargeListArray, pa.int64()) if large else (pa.ListArray, pa.int32())
        item, made_of = type.value_field.with_type(values.type), pa.large_list if large else pa.list_
        return build.from_arrays(
            pa.array(offsets, of), values, type=made_of(item), mask=pc.is_null(array) if array.null_count else None
        )
    return next(made)


def _fixed(array: Any, values: Any) -> Any:
    """Lists of one size: those that are missing have elements, too."""
    size = array.type.list_size
    if array.null_count:
        there = np.flatnonzero(np.repeat(np.asarray(pc.is_valid(array)), size))
        places = np.full(len(array) * size, -1, np.int64)
        places[there] = np.arange(len(there))
        values = values.take(pa.array(places, mask=places < 0))
        return pa.FixedSizeListArray.from_arrays(values, size, mask=pc.is_null(array))
    return pa.FixedSizeListArray.from_arrays(values, size)


def written(leaf: Leaf, texts: Texts) -> Any:
    """The leaf's array with the texts in it; its own type where that holds text, else a string."""
    if leaf.counts is not None:
        texts = apart(texts, leaf.counts)
    nulls = np.asarray(pc.is_null(leaf.array))
    # where nothing is missing no bits are needed
    bits = pa.py_buffer(np.packbits(~nulls, bitorder="little").tobytes()) if nulls.any() else None
    buffers = [bits, pa.py_buffer(np.ascontiguousarray(texts.offsets, np.int64)), pa.py_buffer(texts.data)]
    array = pa.Array.from_buffers(pa.large_string(), len(texts), buffers)
    return (
        array.cast(written_type(leaf.array.type))
        if not pa.types.is_dictionary(leaf.array.type)
        else _encoded(leaf.array.type, array)
    )


def written_type(type: Any) -> Any:
    """What a type becomes when something in it is masked."""
    if is_text(type) or pa.types.is_binary(type) or pa.types.is_large_binary(type):
        return type
    if pa.types.is_dictionary(type):
        return pa.dictionary(type.index_type, written_type(type.value_type), type.ordered)
    return pa.string()


def _encoded(type: Any, array: Any) -> Any:
    encoded = array.cast(written_type(type.value_type)).dictionary_encode()
    if len(encoded.dictionary) <= 2 ** (type.index_type.bit_width - 1):
        return encoded.cast(written_type(type))
    return encoded
