"""How well deident finds, masks and leaves alone, against floors that may only rise.

    python -m benchmarks.quality                # scores by category
    python -m benchmarks.quality --misses 20    # and where it went wrong: document, category, offsets (never the value)
    python -m benchmarks.quality --check        # exit code 1 when a score fell below its floor in floors.json
    python -m benchmarks.quality --update       # raise the floors to what was reached; never lowers one
    python -m benchmarks.quality --update --new-corpus     # a corpus was changed on purpose: take its scores as they are
    python -m benchmarks.quality --update --repin ALL person_name --why "names in running text are looked for"
                                                # what is looked for has grown: these rows are taken as they are, the reason is written down
    python -m benchmarks.quality --no-ner       # rules alone, without the tagger

Corpora: `examples/annotated.jsonl`; where a folder `shared` lies beside the checkout also its annotated corpus, and two
sets of clean official texts (laws, government reports) in which each masked stretch is a false one.

A gold span is covered when at least half of its characters (of an address: of its `detail`, if it has one) lie inside
findings.  masked: gold `mask` spans covered by findings to mask.  kept: gold `keep` spans of which findings to mask cover
less than half.  precision: findings to mask that touch a gold `mask` or `review` span.  doc_type: documents whose type was
recognised, of those that have one.  untouched: documents without a gold `mask` or `review` span in which nothing was masked.
reviews: findings for review per document, at most MOST_REVIEWS: a person has to look at each (no floor, since more is found with
every kind that is added).  The floors are those of rules and tagger together (extra `ner`).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
FLOORS = Path(__file__).with_name("floors.json")
ANNOTATED = {"examples": (ROOT / "examples", "annotated.jsonl"), "shared-dev": (SHARED / "corpus" / "dev", "*.jsonl")}
CLEAN = {
    "laws": (SHARED / "data" / "labelled" / "neg_laws", "*.jsonl"),
    "reports": (SHARED / "data" / "labelled" / "neg_govreport", "*.jsonl"),
}
SCORES = ("masked", "kept", "precision")
WHOLE = ("doc_type", "untouched", "reviews")  # of a corpus as a whole
#: The annotators of the shared corpus, who know the categories of running text, leave 1.4 spans a document to a person.
MOST_REVIEWS = 2.0
Document = dict[str, Any]


class Found(NamedTuple):
    """A finding in code points of the text."""

    start: int
    end: int
    category: str
    action: str


class Miss(NamedTuple):
    """Where a document was not handled as annotated."""

    document: str
    fault: str
    category: str
    start: int
    end: int


Find = Callable[[str, str | None], Sequence[Found]]


@dataclass(slots=True)
class Result:
    """Scores of one corpus: {category: {score: value}}, `ALL` for the sum; counts; what went wrong."""

    digest: str
    scores: dict[str, dict[str, float]] = field(default_factory=dict)
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    misses: list[Miss] = field(default_factory=list)


def deident_find(ner: bool | None = None) -> Find:
    """The installed deident; `ner` as in `deident.Scanner`."""
    import deident

    scanner = deident.Scanner(ner=ner)

    def find(text: str, title: str | None) -> list[Found]:
        findings = scanner.scan(text, title=title)
        find.doc_type = findings.doc_type  # type: ignore[attr-defined]  # as in ../shared/corpus/evaluate.py
        return [Found(f.start, f.end, f.category, f.action) for f in findings]

    return find


def covered(start: int, end: int, stretches: Iterable[tuple[int, int]]) -> float:
    """Share of `start:end` that lies inside the stretches."""
    inside = bytearray(max(1, end - start))
    for first, last in stretches:
        low, high = max(first, start) - start, min(last, end) - start
        if low < high:
            inside[low:high] = b"\x01" * (high - low)
    return sum(inside) / len(inside)


def count_document(document: Document, found: Sequence[Found], counts: dict[str, Counter[str]], misses: list[Miss]) -> None:
    """Add one document to the counts."""
    name, spans = document["id"], document["spans"]
    masking = [(f.start, f.end) for f in found if f.action == "mask"]
    for span in spans:
        row = counts.setdefault(span["category"], Counter())
        start, end = span.get("detail") or (span["start"], span["end"])
        if span["action"] == "mask":
            row["mask"] += 1
            if covered(start, end, masking) >= 0.5:
                row["masked"] += 1
            else:
                misses.append(Miss(name, "missed", span["category"], start, end))
        elif span["action"] == "keep":
            row["keep"] += 1
            if covered(span["start"], span["end"], masking) < 0.5:
                row["kept"] += 1
            else:
                misses.append(Miss(name, "spoilt", span["category"], span["start"], span["end"]))
    private = [(s["start"], s["end"]) for s in spans if s["action"] != "keep"]
    for f in found:
        if f.action == "mask":
            row = counts.setdefault(f.category, Counter())
            row["found"] += 1
            if covered(f.start, f.end, private) > 0:
                row["right"] += 1
            else:
                misses.append(Miss(name, "false", f.category, f.start, f.end))


def score(documents: Iterable[Document], find: Find, digest: str = "") -> Result:
    """Scores of annotated documents; a score that nothing speaks about is left out."""
    result = Result(digest)
    whole: Counter[str] = Counter()
    for document in documents:
        found = find(document["text"], document.get("title"))
        count_document(document, found, result.counts, result.misses)
        whole["documents"] += 1
        whole["reviews"] += sum(f.action == "review" for f in found)
        if all(span["action"] == "keep" for span in document["spans"]):
            whole["clean"] += 1
            whole["untouched"] += all(f.action != "mask" for f in found)
        if document.get("doc_type") and hasattr(find, "doc_type"):
            whole["typed"] += 1
            whole["doc_type"] += find.doc_type == document["doc_type"]
    total: Counter[str] = Counter()
    for row in result.counts.values():
        total.update(row)
    for category, row in [*sorted(result.counts.items()), ("ALL", total)]:
        parts = {"masked": ("masked", "mask"), "kept": ("kept", "keep"), "precision": ("right", "found")}
        result.scores[category] = {name: row[part] / row[whole] for name, (part, whole) in parts.items() if row[whole]}
    result.counts["ALL"] = total
    for name, of in (("doc_type", "typed"), ("untouched", "clean"), ("reviews", "documents")):
        if whole[of]:
            result.scores["ALL"][name] = whole[name] / whole[of]
    return result


def score_clean(documents: Iterable[Document], find: Find, digest: str = "") -> Result:
    """Clean texts: findings to mask per 100,000 characters."""
    result = Result(digest)
    characters = 0
    total: Counter[str] = Counter()
    for number, document in enumerate(documents):
        text = document["text"]
        characters += len(text)
        for f in find(text, document.get("title")):
            total[f.action] += 1
            if f.action == "mask":
                result.misses.append(Miss(str(document.get("id", number)), "false", f.category, f.start, f.end))
    result.scores["ALL"] = {"false_per_100k": total["mask"] / max(1, characters) * 1e5}
    result.counts["ALL"] = total
    return result


def read(folder: Path, names: str) -> tuple[str, list[Document]] | None:
    """SHA-256 over the corpus files in the order of their names, and their documents; None where there are none."""
    paths = sorted(folder.glob(names))
    if not paths:
        return None
    whole = hashlib.sha256()
    documents: list[Document] = []
    for path in paths:
        data = path.read_bytes()
        whole.update(data)
        documents += [json.loads(line) for line in data.decode("utf-8").splitlines() if line.strip()]
    return whole.hexdigest(), documents


def measure(find: Find, only: Sequence[str] = ()) -> dict[str, Result]:
    """Results of every corpus that is there."""
    results: dict[str, Result] = {}
    for group, judge in ((ANNOTATED, score), (CLEAN, score_clean)):
        for name, place in group.items():
            corpus = read(*place) if not only or name in only else None
            if corpus:
                results[name] = judge(corpus[1], find, corpus[0])
    return results


def _worse(name: str, value: float, floor: float) -> bool:
    """Whether a score is worse than its floor; of false findings fewer are better."""
    return value > floor + 1e-9 if name == "false_per_100k" else value < floor - 1e-9


def _rounded(name: str, value: float) -> float:
    """Rounded to the careful side, so that the score it came from passes."""
    return (math.ceil(value * 1000) if name == "false_per_100k" else math.floor(value * 1000)) / 1000


def failures(results: dict[str, Result], floors: dict[str, Any]) -> list[str]:
    """What fell below its floor, and the corpora that are not those the floors were set on."""
    out = []
    for corpus, entry in floors.items():
        result = results.get(corpus)
        if result is None:
            continue
        if result.digest != entry["digest"]:
            out.append(f"{corpus}: the corpus has changed since its floors were set (--update --new-corpus takes it as it is)")
            continue
        if (reviews := result.scores.get("ALL", {}).get("reviews", 0.0)) > MOST_REVIEWS:
            out.append(f"{corpus}: {reviews:.2f} findings for review per document, at most {MOST_REVIEWS} can be looked at")
        for category, scores in entry["scores"].items():
            for name, floor in scores.items():
                value = result.scores.get(category, {}).get(name)
                if value is not None and _worse(name, value, floor):
                    out.append(f"{corpus}: {category}: {name} is {value:.3f}, its floor is {floor:.3f}")
    return out


def raised(
    results: dict[str, Result], floors: dict[str, Any], new_corpus: bool, repin: Sequence[str] = ()
) -> tuple[dict[str, Any], list[str]]:
    """The floors after this run, and what was refused; the rows of `repin` are taken as they are."""
    refused = []
    out = dict(floors)
    for corpus, result in results.items():
        old = floors.get(corpus, {"digest": result.digest, "scores": {}})
        if old["digest"] != result.digest:
            if not new_corpus:
                refused.append(f"{corpus}: the corpus has changed; --new-corpus says that this is meant")
                continue
            old = {"digest": result.digest, "scores": {}}
        scores: dict[str, dict[str, float]] = {
            category: {name: floor for name, floor in row.items() if category not in repin or name in WHOLE}
            for category, row in old["scores"].items()
        }
        for category, row in result.scores.items():
            for name, value in row.items():
                if name == "reviews":
                    continue
                floor = scores.setdefault(category, {}).get(name)
                if floor is not None and _worse(name, value, floor):
                    refused.append(f"{corpus}: {category}: {name}: {value:.3f} would lower its floor {floor:.3f}")
                elif floor is None or not _worse(name, _rounded(name, value), floor):
                    scores[category][name] = _rounded(name, value)
        out[corpus] = {**old, "digest": result.digest, "scores": scores}
    return out, refused


def table(name: str, result: Result) -> str:
    """One corpus for a reader."""
    lines = [f"== {name}"]
    if name in CLEAN:
        return f"{lines[0]}: {result.scores['ALL']['false_per_100k']:.2f} masked by mistake per 100,000 characters"
    lines.append(f"{'category':18}{'mask':>6}{'masked':>8}{'keep':>6}{'kept':>8}{'found':>7}{'precision':>11}")
    for category, scores in result.scores.items():
        row = result.counts[category]
        cells = [f"{scores[name]:.3f}" if name in scores else "-" for name in SCORES]
        lines.append(f"{category:18}{row['mask']:6}{cells[0]:>8}{row['keep']:6}{cells[1]:>8}{row['found']:7}{cells[2]:>11}")
    whole = [f"{name} {scores[name]:.3f}" for scores in (result.scores["ALL"],) for name in WHOLE if name in scores]
    lines.append(" · ".join(whole))
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.quality", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--corpus", action="append", default=[], choices=[*ANNOTATED, *CLEAN], help="only this one (may be repeated)"
    )
    parser.add_argument("--misses", type=int, default=0, metavar="N", help="list the first N faults of each corpus")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--new-corpus", action="store_true")
    parser.add_argument("--repin", nargs="*", default=[], metavar="CATEGORY", help="rows whose scores are taken as they are")
    parser.add_argument("--why", default="", help="the reason for --repin")
    parser.add_argument("--no-ner", action="store_true", help="rules alone")
    options = parser.parse_args(arguments)
    if options.repin and not options.why:
        parser.error("--repin needs --why")
    if options.no_ner and (options.update or options.check):
        parser.error("the floors are those of rules and tagger together")
    results = measure(deident_find(False if options.no_ner else None), options.corpus)
    for name, result in results.items():
        print(table(name, result))
        for miss in result.misses[: options.misses]:
            print("  " + " ".join(map(str, miss)))
    floors = json.loads(FLOORS.read_text(encoding="utf-8"))
    problems: list[str] = []
    if options.update:
        floors, problems = raised(results, floors, options.new_corpus, options.repin)
        for corpus in results if options.repin else ():
            floors[corpus].setdefault("repinned", {}).update(dict.fromkeys(options.repin, options.why))
        FLOORS.write_text(json.dumps(floors, indent=1, sort_keys=True) + "\n", encoding="utf-8", newline="\n")
    elif options.check:
        problems = failures(results, floors)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
