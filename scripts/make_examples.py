"""Make `examples/annotated.jsonl` from `examples/annotated.txt`: spans are marked in the text, offsets are counted here.

    python scripts/make_examples.py            # write annotated.jsonl
    python scripts/make_examples.py --check    # exit code 1 when annotated.jsonl is not what the source gives

Source format.  A document starts with a line `=== doc_type | genre | channel | title`; the lines up to the next one are
its text (outer blank lines are dropped).  In the text

    ⟦value|category action [kind]⟧   is a span; spans may nest
    ‹…›                              inside a home address: the part finer than the village, the road or the estate
    →                                is TAB, `\\uXXXX` that character

Categories have short names (`CATEGORIES`).  A `doc_type` of `null` means that no type of the guideline fits.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "examples"
ACTIONS = ("mask", "keep", "review")
CATEGORIES = {
    "id": "id_number", "address": "home_address", "bank": "bank_account", "birth": "birth_date", "phone": "phone",
    "email": "email", "medical": "medical_record", "property": "property_status", "kin": "social_relation",
    "life": "life_experience", "disability": "disability", "marital": "marital_status", "name": "person_name",
}  # fmt: skip
_TOKEN = re.compile(r"⟦|\|([a-z]+) ([a-z]+)(?: (\w+))?⟧|‹|›")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})")

Document = dict[str, Any]


def parse_text(marked: str) -> tuple[str, list[Document]]:
    """Split marked text into plain text and spans, in the order of their starts."""
    marked = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), marked.replace("→", "\t"))
    text, spans, open_spans, last = "", [], [], 0
    detail: list[int] = []
    for token in _TOKEN.finditer(marked):
        text += marked[last : token.start()]
        last = token.end()
        if token[0] == "⟦":
            open_spans.append(len(text))
        elif token[0] in "‹›":
            detail.append(len(text))
        else:
            category, action, kind = token.groups()
            if category not in CATEGORIES or action not in ACTIONS or not open_spans:
                raise ValueError(f"wrong mark {token[0]!r} after {text[-20:]!r}")
            span = {"start": open_spans.pop(), "end": len(text), "category": CATEGORIES[category], "action": action}
            if kind:
                span["kind"] = kind
            if detail and category == "address":
                span["detail"], detail = detail, []
            spans.append(span)
    if open_spans or detail:
        raise ValueError(f"a mark is not closed in {marked[:40]!r}")
    return text + marked[last:], sorted(spans, key=lambda span: (span["start"], -span["end"]))


def documents(source: str) -> Iterator[Document]:
    """Documents of a source text, numbered in their order."""
    for number, block in enumerate(re.split(r"^=== ", source, flags=re.MULTILINE)[1:], start=1):
        head, _, body = block.partition("\n")
        doc_type, genre, channel, title = (part.strip() for part in head.split("|", 3))
        text, spans = parse_text(body.strip("\n"))
        yield {
            "id": f"own-{number:03d}", "doc_type": None if doc_type == "null" else doc_type, "genre": genre,
            "channel": channel, "title": title, "text": text, "spans": spans,
        }  # fmt: skip


def render(source: str) -> str:
    """The whole of annotated.jsonl."""
    return "".join(json.dumps(document, ensure_ascii=False) + "\n" for document in documents(source))


def main() -> int:
    """Write or check annotated.jsonl."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="only compare")
    check = parser.parse_args().check
    wanted = render((FOLDER / "annotated.txt").read_text(encoding="utf-8"))
    target = FOLDER / "annotated.jsonl"
    if not check:
        target.write_text(wanted, encoding="utf-8", newline="\n")
        return 0
    if target.is_file() and target.read_text(encoding="utf-8") == wanted:
        return 0
    print("examples/annotated.jsonl is out of date: run `python scripts/make_examples.py`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
