"""Values known only by the word before them: `护照号码：E12345678`, `微信 lin_ayi1953`, `【姓名】王某`.

For every cue of a `cue` pattern the pattern's expression is matched right behind it; a colon, brackets, a TAB, one line
break, 号/码/为/是 may stand between.
"""

from __future__ import annotations

import numpy as np
import regex

from deident.matching.scene import Scene
from deident.model import Candidates

REACH = 160  # bytes read behind a cue
_LINK = regex.compile(r"(?:号码|编号|号|码)?(?:是|为|叫)?[ \t:：=;\]】)）\"“'’‘「『>|]{0,4}\r?\n?[ \t:：(（\[【\"“'‘]{0,4}")


def find(scene: Scene) -> Candidates:
    """Candidates of all patterns with `trigger = "cue"` and an expression."""
    plan = scene.plan
    rows: list[tuple[int, int, int, float]] = []
    seen: set[tuple[int, int]] = set()
    chosen = np.isin(scene.events.rule, list(plan.starters))
    for rule, place in zip(scene.events.rule[chosen].tolist(), scene.events.end[chosen].tolist(), strict=True):
        text = scene.text(place, place + REACH).split("\0", 1)[0]
        link = _LINK.match(text)
        at = link.end() if link else 0
        bar = link is not None and "|" in link[0]  # 姓名 | 身份证号: cells of a table, which the column detector reads
        for kind in plan.starters[rule]:
            if bar and plan.patterns[kind].category == "person_name":
                continue
            search = plan.searches.get(kind)  # a place may have none: the grammar of addresses reads on
            found = search.match(text, at) if search else None
            if found is None:
                continue
            low, high = found.span("v") if "v" in found.groupdict() else found.span()
            start = place + len(text[:low].encode())
            if high > low and (start, kind) not in seen:
                seen.add((start, kind))
                rows.append((start, start + len(text[low:high].encode()), kind, plan.patterns[kind].score["cue"]))
    return Candidates.rows(rows)
