"""Text that is safe to show: control characters and direction overrides made visible.

File names and previews come from other people's data.  Sent to a terminal raw they could move the cursor, and in a page a
right-to-left override could make a line read as its opposite.
"""

from __future__ import annotations

import unicodedata

#: Cc control, Cf format (zero width, direction), Cs lone surrogates, Zl/Zp line and paragraph separators
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def plain(text: str) -> str:
    """`text` on one line with everything invisible written as an escape.

    >>> plain("a\\x1b[31mb\\u202e")
    'a\\\\x1b[31mb\\\\u202e'
    """
    if text.isprintable():
        return text
    return "".join(_shown(character) if unicodedata.category(character) in HIDDEN else character for character in text)


def _shown(character: str) -> str:
    if character in "\t\n\r":
        return " "
    return character.encode("ascii", "backslashreplace").decode() if ord(character) > 0x7F else f"\\x{ord(character):02x}"
