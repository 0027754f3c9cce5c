r"""Expressions of patterns and policies, compiled by whichever engine is quicker at them.

`re` reads plain expressions exactly as `regex` does and finds three times as fast; `regex` knows more (look-behind of any length, `(?r)`,
`\p{…}`) and does not lose itself in groups that repeat without end.

>>> compiled(r"(?<![0-9])1[3-9]\d{9}").search("电话13800000001").span()
(2, 13)
>>> type(compiled(r"(?<!村.{1,8})村$")).__module__, type(compiled("村$")).__module__
('_regex', 're')

What an expression cannot match parts a text: there it stops, and so many texts can be searched as one.  `blind`, `parts` and `headed`
say so only where it is sure; they read the expressions that `re` compiles.
"""

from __future__ import annotations

import re
import warnings
from functools import cache
from itertools import accumulate
from typing import cast

import regex

_ENDLESS = re.compile(r"\)(?:[*+]|\{\d*,\})")  # a group that repeats without end
_FOREIGN = re.compile(
    r"\{[^0-9},]|\[:|\\[pPXKGLmMRhN]|\(\?[a-zA-Z]*[^imsxa:=!<>P?)]"
)  # what `re` may read in another way, or not at all
#: A class, an escape or a sign of an expression; a remark where blanks are no signs (`(?x)`).
_ATOM = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]|\\.|.", re.S)
_REMARK = re.compile(r"(\[\^?\]?(?:\\.|[^\]\\])*\]|\\.|[^#])|#[^\n]*", re.S)
_UNREAD = re.compile(r"\(\?#|\(\?[a-zA-Z]*-?[a-zA-Z]+:|\\[0-9xuUN]")  # remarks and flags inside, numbers of characters and groups
_FLAGGED = re.compile(r"\(\?#|\(\?[a-zA-Z-]+[:)]")
_ANCHORS = {"^", "$", r"\b", r"\B", r"\A", r"\Z"}


def compiled(text: str) -> re.Pattern[str]:
    """The expression; letters, digits and blanks are ASCII's.  Raises regex.error."""
    made = regex.compile(text, regex.V0 | regex.ASCII)  # what counts as an expression is what this one reads
    if not _ENDLESS.search(text) and not _FOREIGN.search(text):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # of signs that may come to mean something else
                return re.compile(text, re.ASCII)
        except (re.error, FutureWarning, DeprecationWarning):
            pass
    return cast("re.Pattern[str]", made)  # they are used alike


def _atoms(expression: re.Pattern[str]) -> list[str] | None:
    """The classes, escapes and signs of an expression, None where it is not read."""
    if not isinstance(expression, re.Pattern) or _UNREAD.search(expression.pattern):
        return None
    text = expression.pattern
    return _ATOM.findall(_REMARK.sub(r"\1", text) if expression.flags & re.VERBOSE else text)


def _outer(atoms: list[str]) -> list[str]:
    """The atoms that stand in no group, "" for those that do."""
    depths = accumulate((atom == "(") - (atom == ")") for atom in atoms)
    return ["" if depth else atom for atom, depth in zip(atoms, depths, strict=True)]


@cache
def blind(expression: re.Pattern[str], sign: str) -> bool:
    r"""Whether nothing in the expression matches the sign (NUL or TAB), not even in a look-around: it never goes on behind one.

    >>> blind(compiled("[0-9]+$"), "\t"), blind(compiled(r"[0-9]\s"), "\t"), blind(compiled("[^0-9]"), "\t")
    (True, False, False)
    """
    atoms = _atoms(expression)
    if atoms is None:
        return False
    signs = (atom for atom in atoms if len(atom) > 1 and atom not in _ANCHORS)
    return not {".", sign} & set(atoms) and not any(re.fullmatch(atom, sign, re.ASCII) for atom in signs)


@cache
def parts(expression: re.Pattern[str], sign: str) -> bool:
    r"""Whether the sign is to the expression what an end of the text is: it finds in texts joined by it what it finds in each.

    >>> parts(compiled(r"(?<![0-9])1[3-9]\d{9}(?![0-9])"), "\0"), parts(compiled("^1[3-9]"), "\0")
    (True, False)
    """
    return blind(expression, sign) and _ANCHORS.isdisjoint(_atoms(expression) or ())


@cache
def headed(expression: re.Pattern[str]) -> bool:
    """Whether the expression matches at the beginning of a text or nowhere.

    >>> headed(compiled("^(?:甲|乙)")), headed(compiled("^甲|乙"))
    (True, False)
    """
    atoms = _atoms(expression)
    if not atoms or atoms[0] != "^" or expression.flags & re.MULTILINE:
        return False
    return "|" not in _outer(atoms)


@cache
def implied(expression: re.Pattern[str]) -> re.Pattern[str] | None:
    """Of an expression that goes on behind its `$`: what stands up to there, read by `re` where the whole is not; None for others.

    A text in which this finds nothing holds nothing of the whole.

    >>> found = implied(compiled("(?:[乡村]|镇)$(?<!村.{1,8}村)"))
    >>> found and found.pattern
    '(?:[乡村]|镇)$'
    """
    if isinstance(expression, re.Pattern) or _FLAGGED.search(expression.pattern):
        return None
    atoms = _ATOM.findall(expression.pattern)
    outer = _outer(atoms)
    if "|" in outer or "$" not in outer or {*"?*+{"} & set(outer[outer.index("$") + 1 : outer.index("$") + 2]):
        return None
    found = compiled("".join(atoms[: outer.index("$") + 1]))
    return found if isinstance(found, re.Pattern) else None
