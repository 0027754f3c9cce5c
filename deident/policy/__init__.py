"""Policies: finding → verdict, with the rule that won and its legal basis.

A policy file (`patterns/policies/<id>.toml`) holds cue classes (word lists) and ordered rules; the first rule whose
conditions hold for a finding decides.  Conditions are evaluated for all findings of a batch at once.

    [[rule]]
    id     = "hotline"
    kinds  = ["short_number", "service_number"]        # or categories = ["phone"]
    when   = { nearest = ["public"] }                  # all that are named must hold (each: any of its list)
    unless = { heads = ["person"] }                    # none of these may hold
    action = "keep"                                    # mask | keep | review
    reason = { zh = "…", en = "…" }
    basis  = ["disclosure-20-2"]

| condition | holds when a word of one of the classes stands |
|---|---|
| near | before the value on its line (40 Han characters) |
| nearest | there, and no word of another class stands nearer that a `nearest` of the rules for this kind names |
| after | right behind the value (12 Han characters) |
| title | in the title or the first line of the document |
| head, heads | in the header of the value's column; in any header of its table |

and, with ids of kinds: `column` (what the header announces), `table` (a kind announced anywhere in the table), `beside`
(a finding of such a kind on the same line), `adjacent` (one right before or behind, with a sign or two between);
`role` (where the text stands: attribute, comment, …); `value` (an expression that the folded value matches somewhere).
"""

from __future__ import annotations

from deident.policy.chain import names
from deident.policy.explain import Explanation, Word, explain
from deident.policy.judge import Verdicts, judge
from deident.policy.matrix import Matrix, Verdict
from deident.policy.profile import Policy, load
from deident.policy.recognise import Evidence, Recogniser, Types
from deident.policy.rules import CLASS_CONDITIONS, KIND_CONDITIONS, Rule
from deident.policy.secrecy import Secrecy
from deident.policy.suppressions import Suppression, Suppressions
from deident.policy.suppressions import load as load_suppressions
from deident.policy.typed import Typing
from deident.policy.types import UNKNOWN, DocType, TypeExample

__all__ = [
    "CLASS_CONDITIONS",
    "KIND_CONDITIONS",
    "UNKNOWN",
    "DocType",
    "Evidence",
    "Explanation",
    "Matrix",
    "Policy",
    "Recogniser",
    "Rule",
    "Secrecy",
    "Suppression",
    "Suppressions",
    "TypeExample",
    "Types",
    "Typing",
    "Verdict",
    "Verdicts",
    "Word",
    "explain",
    "judge",
    "load",
    "load_suppressions",
    "names",
]
