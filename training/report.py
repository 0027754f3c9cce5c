"""What the tagger, the rules, and both together find: on the project's own test passages, on the annotated corpora beside the checkout, and
on the public sets of `../shared/data/labelled` (for evaluation only; none of them is trained on).

    python -m training.report                     # everything that is there; a line each
    python -m training.report --model /tmp/model --sets own resume

F1 is of exact spans.  `lenient`: spans that a found one touches (recall) and found ones that touch a gold one (precision).
Names: private and public ones together.  Addresses: of the own and the dev corpus those of homes and offices; of the public sets what they call address, location, or
(naacl2019) the whole delivery address behind `收件地址：`.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from deident.engine import Scanner
from deident.tagger.model import HOME, Model
from training.passages import ROOT, label, passages

DATA = ROOT.parent / "shared" / "data" / "labelled"
DEV = ROOT.parent / "shared" / "corpus" / "dev"
MOST = 1500  # sentences of a public set
Gold = tuple[str, str, list[tuple[int, int, str]]]  # title, text, spans
NAMES, PLACES = ("name", "official"), ("home", "office")


def annotated(documents: Iterator[dict[str, Any]] | Sequence[dict[str, Any]]) -> Iterator[Gold]:
    """Documents in the guideline's format; values masked already have no span."""
    for document in documents:
        spans = [(s["start"], s["end"], s["category"]) for s in document["spans"] if label(s)]
        yield document.get("title") or "", document["text"], spans


def own() -> Iterator[Gold]:
    """The passages that are kept out of training."""
    yield from annotated(passages("test"))


def dev() -> Iterator[Gold]:
    """The development corpus."""
    for path in sorted(DEV.glob("*.jsonl")):
        yield from annotated([json.loads(line) for line in path.open(encoding="utf-8")])


def tagged(path: Path, names: Sequence[str], places: Sequence[str]) -> Iterator[Gold]:
    """One character and its tag a line; an empty line ends a sentence."""
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        rows = [row.rsplit(None, 1) for row in block.splitlines() if row.strip()]
        rows = [row if len(row) == 2 else [" ", row[0]] for row in rows]
        yield from _joined("".join(row[0][:1] for row in rows), [row[1] for row in rows], names, places)


def _joined(text: str, tags: Sequence[str], names: Sequence[str], places: Sequence[str]) -> Iterator[Gold]:
    spans: list[tuple[int, int, str]] = []
    for at, tag in enumerate(tags):
        kind = "person_name" if tag[2:] in names else "home_address" if tag[2:] in places else ""
        if kind and tag[0] in "BS":
            spans.append((at, at + 1, kind))
        elif kind and spans and spans[-1][1] == at:
            spans[-1] = (spans[-1][0], at + 1, kind)
    if text:
        yield "", text, spans


def msra() -> Iterator[Gold]:
    """MSRA: PER, LOC."""
    sentences = (DATA / "msra_ner" / "val.sentences.txt").read_text(encoding="utf-8").splitlines()
    tags = (DATA / "msra_ner" / "val.tags.txt").read_text(encoding="utf-8").splitlines()
    for sentence, row in zip(sentences, tags, strict=True):
        yield from _joined("".join(sign[:1] for sign in sentence.split()), row.split(), ("PER",), ("LOC",))


def cluener() -> Iterator[Gold]:
    """CLUENER: name, address; ends are inclusive."""
    for line in (DATA / "cluener2020" / "train.json").open(encoding="utf-8"):
        row = json.loads(line)
        spans = [(low, high + 1, kind) for key, kind in (("name", "person_name"), ("address", "home_address"))
                 for places in row["label"].get(key, {}).values() for low, high in places]  # fmt: skip
        yield "", row["text"], spans


def argus() -> Iterator[Gold]:
    """argus-redact's templates."""
    for line in (DATA / "argus_redact" / "pii_bench_zh.jsonl").open(encoding="utf-8"):
        row = json.loads(line)
        kinds = {"person": "person_name", "address": "home_address"}
        yield "", row["text"], [(e["start"], e["end"], kinds[e["type"]]) for e in row["entities"] if e["type"] in kinds]


def naacl() -> Iterator[Gold]:
    """Whole delivery addresses behind a cue."""
    for block in (DATA / "address_naacl2019" / "dev.txt").read_text(encoding="utf-8").split("\n\n"):
        text = "".join(row.split()[0] for row in block.splitlines() if row.strip()).replace("_", "")
        if text:
            yield "", f"收件地址：{text}", [(5, 5 + len(text), "home_address")]


SETS: dict[str, Callable[[], Iterator[Gold]]] = {
    "own": own,
    "dev": dev,
    "cluener": cluener,
    "msra": msra,
    "resume": lambda: tagged(DATA / "resume_ner" / "dev.char.bmes", ("NAME",), ()),
    "people": lambda: tagged(DATA / "peoples_daily" / "example.dev", ("PER",), ("LOC",)),
    "argus": argus,
    "naacl": naacl,
}


def counts(scanner: Scanner, rows: Sequence[Gold], name: str) -> dict[str, Counter[str]]:
    """By category: gold, found, exact, touched gold, touching found."""
    out: dict[str, Counter[str]] = {}
    for title, text, gold in tqdm(rows, desc=name, leave=False):
        found = [(f.start, f.end, f.category) for f in scanner.scan(text, title or None)]
        for category in {kind for _, _, kind in gold} | {kind for _, _, kind in found}:
            mine = {(low, high) for low, high, kind in gold if kind == category}
            said = {(low, high) for low, high, kind in found if kind == category}
            alike = (
                [row[:2] for row in gold if row[2] in (category, "social_relation")] if category == "person_name" else list(mine)
            )
            row = out.setdefault(category, Counter())
            row["gold"] += len(mine)
            row["found"] += len(said)
            row["exact"] += len(mine & said)
            row["seen"] += sum(any(low < b and a < high for a, b in said) for low, high in mine)
            row["true"] += sum(any(low < b and a < high for a, b in alike) for low, high in said)
    return out


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="training.report", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--model", type=Path, default=HOME, help="folder of the model")
    parser.add_argument("--sets", nargs="*", default=list(SETS), choices=list(SETS))
    parser.add_argument("--most", type=int, default=MOST, help="at most so many documents of a public set")
    options = parser.parse_args()
    both = Scanner(ner=Model(options.model))
    ways = {"rules": both.alone, "both": both}
    print(f"{'set':9}{'category':17}{'by':7}{'gold':>6}{'found':>7}{'P':>7}{'R':>7}{'F1':>7}{'len.P':>7}{'len.R':>7}")
    for name in options.sets:
        try:
            rows = [row for row, _ in zip(SETS[name](), range(10**9 if name in ("own", "dev") else options.most), strict=False)]
        except FileNotFoundError:
            print(f"{name}: not here")
            continue
        wanted = {kind for _, _, gold in rows for _, _, kind in gold}
        for way, scanner in ways.items():
            for category, row in sorted(counts(scanner, rows, f"{name} {way}").items()):
                if category in wanted:
                    precision, recall = row["exact"] / max(1, row["found"]), row["exact"] / max(1, row["gold"])
                    both_ = 2 * precision * recall / max(1e-9, precision + recall)
                    print(f"{name:9}{category:17}{way:7}{row['gold']:6}{row['found']:7}{precision:7.3f}{recall:7.3f}{both_:7.3f}"
                          f"{row['true'] / max(1, row['found']):7.3f}{row['seen'] / max(1, row['gold']):7.3f}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
