"""What a mask may need besides the value: one sheet per document.

>>> sheet = Sheet().number(["张三三", "李一一", "张四四", "张三三"])
>>> dict(sheet.numbers)
{'张三三': '1', '张四四': '2'}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count

from deident.errors import InputError
from deident.masks.family import settled, some
from deident.masks.plain import tight


@dataclass(frozen=True, slots=True)
class Sheet:
    """One per document.

    key       the agency's key, for pseudonyms and surrogates
    data_set  they are the same within a data set and differ between two, so that lists cannot be joined by them (trap T11)
    today     the day ages are counted on; today where it is not given
    numbers   numerals of the names that the court rule makes alike, see `number`
    """

    key: bytes | None = field(default=None, repr=False)
    data_set: str = ""
    today: date | None = None
    numbers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def day(self) -> date:
        """The day ages are counted on."""
        return self.today or date.today()

    def secret(self) -> bytes:
        """The key.  Raises InputError when there is none: a hash without a key is undone by counting (trap T5)."""
        if not self.key:
            raise InputError("pseudonyms need a key: set DEIDENT_KEY to a long random text that stays with the agency")
        return self.key

    def number(self, names: Iterable[str]) -> Sheet:
        """This sheet for a document with these names, in order of appearance: all that the court rule will hide.

        Different names with one result get Arabic numerals (法释〔2016〕19号 art. 9), a single one gets none.  What is
        hidden already keeps its numeral, and nobody else gets the same.
        """
        alike: dict[str, dict[str, None]] = {}  # result → the different names in order
        taken: set[str] = set()
        for name in map(tight, names):
            if settled(name):
                taken.add(name)
            else:
                alike.setdefault(some(name), {})[name] = None
        numbers: dict[str, str] = {}
        for result, members in alike.items():
            if len(members) > 1 or any(other.startswith(result) for other in taken):
                free = (str(n) for n in count(1) if f"{result}{n}" not in taken)
                numbers |= zip(members, free, strict=False)
        return replace(self, numbers=numbers)
