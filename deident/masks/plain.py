"""A value as it is read before it is hidden: it comes as it was printed, full width or with invisible marks in it.

>>> narrow("１９８２年３月")
'1982年3月'
>>> compact("52 0102-1903 x")
'5201021903X'
"""

from __future__ import annotations

import re
import unicodedata

HAN = "〇㐀-鿿\U00020000-\U000323af"  # inside [ ] of an expression
# Dashes, but not the long one, which stands between two amounts; and the dots of names
_SIGNS = str.maketrans(dict.fromkeys((*range(8208, 8212), 8722), "-") | dict.fromkeys("•・‧∙⋅", "·"))
_PLAIN = re.compile(r"[\x00-\x7f一-鿿]*")  # most values: signs of which none has another, plainer form


def narrow(value: str) -> str:
    """The value in plain signs, character for character, so that places found in it are places in the value."""
    if _PLAIN.fullmatch(value):
        return value
    return "".join(one if len(one := unicodedata.normalize("NFKC", c)) == 1 else c for c in value).translate(_SIGNS)


def plain(value: str) -> str:
    """The value in plain signs, without zero-width marks."""
    value = narrow(value)
    return value if _PLAIN.fullmatch(value) else "".join(c for c in value if unicodedata.category(c) != "Cf")


def tight(value: str) -> str:
    """The same without blanks: 罗 二 is 罗二."""
    return "".join(plain(value).split())


def compact(value: str) -> str:
    """Letters and digits only, upper case: the same for all writings of one number, as for the tags of `linkage`."""
    return "".join(c for c in plain(value) if c.isalnum()).upper()
