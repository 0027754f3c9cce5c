"""The values of a StreamField, as they are stored, with their blocks: every text, and every chosen file.

A stored value is JSON.  Walking it with the block definitions tells rich text from plain, gives the labels that the editor knows, and
knows which numbers are keys of files.  Of blocks that are not known everything that is text is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wagtail import blocks
from wagtail.coreutils import resolve_model_string

from deident.integrations.wagtail.pieces import Path, Reader

HTML = (blocks.RichTextBlock, blocks.RawHTMLBlock)


def stream(reader: Reader, block: Any, value: Any, path: Path, label: str, cue: str = "") -> None:
    """Read one value.  `cue`: the words that stand before it for a reader of the page, which tell what it is."""
    if isinstance(block, blocks.StreamBlock) and isinstance(value, list):
        for number, item in enumerate(value):
            if isinstance(item, dict) and "type" in item:  # an unknown type is not shown, and read all the same
                child = block.child_blocks.get(item["type"])
                name = f"{label} › {number + 1}. {child.label if child else item['type']}"
                stream(reader, child, item.get("value"), (*path, number, "value"), name)
    elif isinstance(block, blocks.ListBlock) and isinstance(value, list):
        for number, item in enumerate(value):
            inner = (number, "value") if isinstance(item, dict) and item.get("type") == "item" else (number,)
            stream(
                reader, block.child_block, item["value"] if len(inner) == 2 else item, (*path, *inner), f"{label} › {number + 1}"
            )
    elif isinstance(block, blocks.StructBlock) and isinstance(value, dict):
        for name, child in block.child_blocks.items():
            stream(reader, child, value.get(name), (*path, name), f"{label} › {child.label}", str(child.label))
    elif isinstance(block, blocks.ChooserBlock):
        reader.choose(resolve_model_string(block.target_model), value, path, label)
    else:
        loose(reader, value, path, label, cue, isinstance(block, HTML))


def loose(reader: Reader, value: Any, path: Path, label: str, cue: str = "", html: bool = False) -> None:
    """Everything in a value of no known form; tables (of `table_block` and `typed_table_block`) keep their rows and heads."""
    if isinstance(value, dict) and _grid(value.get("data")):
        reader.table(value["data"], lambda row, column: (*path, "data", row, column), label)
        rest: Any = {name: inner for name, inner in value.items() if name not in ("data", "cell", "mergeCells")}
        loose(reader, rest, path, label)
    elif isinstance(value, dict) and isinstance(value.get("columns"), list) and isinstance(value.get("rows"), list):
        _typed(reader, value, path, label)
    elif isinstance(value, dict):
        for name, inner in value.items():
            loose(reader, inner, (*path, name), label, html=html)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            loose(reader, inner, (*path, number), label, html=html)
    else:
        reader.take(value, path, label, cue=cue, html=html)


def _typed(reader: Reader, value: dict[str, Any], path: Path, label: str) -> None:
    heads = [str(column.get("heading", "")) for column in value["columns"]]
    rows = [row.get("values", []) for row in value["rows"]]
    place: Callable[[int, int], Path] = lambda row, column: (  # noqa: E731
        (*path, "columns", column, "heading") if row == 0 else (*path, "rows", row - 1, "values", column)
    )
    reader.table([heads, *([cell if _plain(cell) else "" for cell in row] for row in rows)], place, label)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if not _plain(cell):
                loose(reader, cell, (*path, "rows", number, "values", column), label)
    loose(reader, value.get("caption"), (*path, "caption"), label)


def _plain(cell: Any) -> bool:
    return cell is None or isinstance(cell, str | int | float)


def _grid(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, list) for row in value)
