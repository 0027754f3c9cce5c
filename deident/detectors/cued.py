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
    context, plan = scene.context, scene.plan
    rows: list[tuple[int, int, int, float]] = []
    for kind, pattern in enumerate(plan.patterns):
        if pattern.trigger != "cue" or kind not in plan.searches:
            continue
        says = (context.kind_bits[:, kind // 64] >> np.uint64(kind % 64)) & np.uint64(1)
        seen: set[int] = set()
        for place in context.end[says > 0].tolist():
            text = scene.text(place, place + REACH).split("\0", 1)[0]
            link = _LINK.match(text)
            found = plan.searches[kind].match(text, link.end() if link else 0)
            if found is None:
                continue
            low, high = found.span("v") if "v" in found.groupdict() else found.span()
            start = place + len(text[:low].encode())
            if high > low and start not in seen:
                seen.add(start)
                rows.append((start, start + len(text[low:high].encode()), kind, pattern.score["cue"]))
    return Candidates.rows(rows)
