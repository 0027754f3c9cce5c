"""Pieces of report.html that its sections share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from deident.report.messages import pick
from deident.report.plain import plain
from deident.report.run import Run
from deident.report.words import WORDS


def word(run: Run, key: str, **values: object) -> str:
    """A word of the page in the reader's language, escaped."""
    return escape(pick(run.lang, WORDS[key]).format(**values))


def heading(run: Run, key: str) -> str:
    """A heading; beside a Chinese one its English."""
    english = "" if run.lang == "en" else f' <small lang="en">{escape(WORDS[key][1])}</small>'
    return f"<h2>{word(run, key)}{english}</h2>"


def section(run: Run, key: str, body: str) -> str:
    """A section with its heading; its id is the key."""
    title = f"{key}_mask" if run.mode == "mask" and f"{key}_mask" in WORDS else key
    return f'<section id="{key}">{heading(run, title)}{body}</section>'


def show(text: str) -> str:
    """Text from the data: escaped, nothing invisible."""
    return escape(plain(text))


def number(count: int) -> str:
    """1,234."""
    return f"{count:,}"


def basis(keys: tuple[str, ...], run: Run) -> str:
    """Titles of the law, small."""
    return f'<small class="basis">{"; ".join(show(title) for title in run.titles(keys))}</small>' if keys else ""


def table(run: Run, columns: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[str] = ()) -> str:
    """A table; `columns` are keys of WORDS, those in `numbers` are set flush right; cells come in as HTML."""
    head = "".join(f'<th class="n">{word(run, key)}</th>' if key in numbers else f"<th>{word(run, key)}</th>" for key in columns)
    marks = {key: ' class="n"' if key in numbers else "" for key in columns}
    cells = (
        "".join(f'<td{marks[key]} data-label="{word(run, key)}">{cell}</td>' for key, cell in zip(columns, row, strict=True))
        for row in rows
    )
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    return f'<table class="findings"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
