"""Runs the Python examples of a page of the documentation, one session for the whole page."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.M | re.S)


def failures(page: str) -> str:
    """What differs from the page; "" where it is true."""
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False)
    told: list[str] = []
    names: dict[str, object] = {}
    texts = BLOCK.findall((DOCS / page).read_text("utf-8"))
    assert texts
    for text in texts:
        test = parser.get_doctest(text, names, page, page, 0)
        assert test.examples, text
        test.globs = names
        runner.run(test, out=told.append, clear_globs=False)
    return "".join(told)
