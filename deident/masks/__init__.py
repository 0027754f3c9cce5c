"""How a value is hidden.  `[mask]` of a pattern or of a policy chooses; the defaults follow law-and-masks §3.1.

The result of a mask is never found again as something to mask, and masking twice is masking once.  Forms that make a value
coarser (`village`, `county`, `month` …) leave alone what is coarse already: such a value is masked although it did not change.

>>> hide(Mask("ends", (3, 0), "*", 8), "132 6458 7364")
'132********'
>>> hide(Mask("year"), "1982年3月5日")
'1982年**月**日'
>>> hide(Mask("village"), "马官镇余官村岩脚组7号")
'马官镇余官村***'
>>> hide(Mask("court"), "胥云霞", Sheet().number(["胥云霞", "胥定国"]))
'胥某1'
"""

from __future__ import annotations

from deident.masks.forms import change, edit, hide
from deident.masks.once import Changes, Once
from deident.masks.sheet import Sheet

__all__ = ["Changes", "Once", "Sheet", "change", "edit", "hide"]
