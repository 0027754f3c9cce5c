"""Glyphs taken out of a content stream: their codes go, the pen moves on as if they had been shown, a box stands in their place.

A run of removed glyphs leaves one displacement (a number for each would tell the width of each digit), inside a span whose ActualText
says what stands there now, for readers of text and for `pages.py`:

    [(电话13)] TJ  /Span <</ActualText (*********)>> BDC [-4500] TJ EMC  [(尾)] TJ

Everything else in the stream stays, value by value; the boxes are drawn last, in the stream's own space.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from pikepdf import Array, ContentStreamInstruction, Dictionary, Name, Operator, String

from deident.formats.pdf.boxes import balanced, covers
from deident.formats.pdf.cuts import Cut
from deident.formats.pdf.glyphs import Glyphs, Property, Stream
from deident.model import Ints

_SHOWS = ("Tj", "TJ", "'", '"')


def rewritten(
    instructions: Sequence[Any], stream: Stream, cuts: Sequence[Cut], strings: Mapping[int, str]
) -> list[ContentStreamInstruction]:
    """The instructions without the glyphs of `cuts`, with boxes; `strings`: new texts of properties, by their number."""
    glyphs = stream.glyphs
    owner = np.full(len(glyphs), -1, np.int64)
    for number, cut in enumerate(cuts):
        owner[cut.rows] = np.where(owner[cut.rows] < 0, number, owner[cut.rows])
    gone = owner >= 0
    say = [cut.text for cut in cuts]
    bounds = np.searchsorted(glyphs.instruction, np.arange(len(instructions) + 1))  # rows are in the order of the instructions
    touched = set(glyphs.instruction[gone].tolist())
    new: dict[int, list[tuple[Property, str | None]]] = {}
    for number, one in enumerate(stream.properties):
        mask = one.first < one.last and glyphs.element[one.first] < 0
        if mask and gone[one.first]:
            new.setdefault(one.instruction, []).append((one, say[int(owner[one.first])]))
        elif number in strings:
            new.setdefault(one.instruction, []).append((one, strings[number]))
        elif gone[one.first : one.last].any():
            new.setdefault(one.instruction, []).append((one, None))
    out: list[ContentStreamInstruction] = []
    for number, instruction in enumerate(instructions):
        if number in touched and str(instruction.operator) in _SHOWS:
            rows = np.arange(bounds[number], bounds[number + 1])
            out += _shown(instruction, glyphs, rows, owner, say)
        elif number in new:
            out.append(_relabelled(instruction, new[number]))
        else:
            out.append(instruction)
    return [*balanced(out), *covers(glyphs, [cut.rows for cut in cuts])] if touched else out


def _relabelled(instruction: Any, texts: Iterable[tuple[Property, str | None]]) -> ContentStreamInstruction:
    """A property list with other texts (None: without)."""
    operands = list(instruction.operands)
    entries = Dictionary(dict(operands[1].items()))
    for one, text in texts:
        if text is None:
            del entries[one.key]
        else:
            entries[one.key] = String(text)
    return ContentStreamInstruction([operands[0], entries], instruction.operator)


def _shown(instruction: Any, glyphs: Glyphs, rows: Ints, owner: Ints, say: list[str]) -> Iterator[ContentStreamInstruction]:
    """One showing operator without its removed glyphs.  `say` is emptied where a text has been said."""
    operator, operands = str(instruction.operator), list(instruction.operands)
    if operator == '"':
        yield ContentStreamInstruction([operands[-3]], Operator("Tw"))
        yield ContentStreamInstruction([operands[-2]], Operator("Tc"))
    if operator in ("'", '"'):
        yield ContentStreamInstruction([], Operator("T*"))
    elements = list(operands[-1]) if operator == "TJ" else [operands[-1]]
    vertical = bool(glyphs.vertical[rows[0]])
    array: list[Any] = []
    for atom, cut in _runs(_atoms(elements, glyphs, rows, owner)):
        if cut < 0:
            array.append(String(atom) if isinstance(atom, bytes) else atom)
            continue
        if array:
            yield ContentStreamInstruction([Array(array)], Operator("TJ"))
            array = []
        yield ContentStreamInstruction([Name.Span, Dictionary(ActualText=String(say[cut]))], Operator("BDC"))
        move = Decimal(f"{atom:.6f}").normalize() + 0  # readers round positions to pixels: a thousandth may be one of them
        # an empty string: pdfium moves downwards in vertical writing only where there is one
        yield ContentStreamInstruction([Array([String(b""), move] if vertical else [move])], Operator("TJ"))
        yield ContentStreamInstruction([], Operator("EMC"))
        say[cut] = ""
    if array:
        yield ContentStreamInstruction([Array(array)], Operator("TJ"))


def _atoms(elements: Sequence[Any], glyphs: Glyphs, rows: Ints, owner: Ints) -> Iterator[tuple[Any, int]]:
    """Strings that stay, numbers as they are, and displacements with their cut."""
    by_element: dict[int, list[int]] = {}
    for row in rows.tolist():
        by_element.setdefault(int(glyphs.element[row]), []).append(row)
    for place, element in enumerate(elements):
        if not isinstance(element, String):
            yield element, -1
            continue
        data, done = bytes(element), 0
        for row in by_element.get(place, ()):
            if owner[row] >= 0:
                at = int(glyphs.at[row])
                if at > done:
                    yield data[done:at], -1
                yield float(glyphs.number[row]), int(owner[row])
                done = at + int(glyphs.size[row])
        if done < len(data):
            yield data[done:], -1


def _runs(atoms: Iterable[tuple[Any, int]]) -> Iterator[tuple[Any, int]]:
    """The displacements of one cut as one, with the numbers between them."""
    open_cut, total = -1, 0.0
    between: list[Any] = []
    for atom, cut in atoms:
        if open_cut >= 0 and cut == open_cut:
            total += atom + sum(float(number) for number in between)
            between = []
        elif open_cut >= 0 and cut < 0 and not isinstance(atom, bytes):
            between.append(atom)
        else:
            if open_cut >= 0:
                yield total, open_cut
                yield from ((number, -1) for number in between)
                between = []
            open_cut, total = cut, atom if cut >= 0 else 0.0
            if cut < 0:
                yield atom, -1
    if open_cut >= 0:
        yield total, open_cut
        yield from ((number, -1) for number in between)
