"""Names: with the surname and a fixed number of signs, in the style of the courts, or with nothing.

>>> name(Mask("name"), "鲁定国", None), name(Mask("name"), "欧阳映雪", None), name(Mask("name"), "阿依古丽·买买提", None)
('鲁**', '欧阳**', '阿**')
>>> court(Mask("court"), "欧阳映雪", Sheet()), court(Mask("court"), "张某1", Sheet()), anonymous(Mask("anonymous"), "张一一", None)
('欧阳某', '张某1', '某某')
"""

from __future__ import annotations

from deident.catalog import Mask
from deident.masks.family import family, settled, some
from deident.masks.plain import tight
from deident.masks.sheet import Sheet


def name(mask: Mask, value: str, _: object) -> str:
    """The surname; always two signs, so that nobody sees how long the given name is (trap T15)."""
    return (family(value) or mask.fill) + mask.fill * 2


def court(_: Mask, value: str, sheet: Sheet) -> str:
    """Surname and 某, with a numeral where the document has several of them (法释〔2016〕19号 art. 9).

    What is hidden already stays.  Without `Sheet.number` nobody gets a numeral.
    """
    name = tight(value)
    return value if settled(name) else some(name) + sheet.numbers.get(name, "")


def anonymous(_: Mask, __: str, ___: object) -> str:
    """Not even the surname: minors, victims, witnesses (未成年人保护法 art. 103, 法释〔2016〕19号 art. 8)."""
    return "某某"
