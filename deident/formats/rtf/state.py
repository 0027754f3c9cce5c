"""Settings of a group of RTF, and how control words of formatting change them (RTF 1.9.1, "Font (Character) Formatting Properties")."""

from __future__ import annotations

from collections.abc import Set
from typing import NamedTuple

from deident.formats.rtf.flow import DELETED, HIDDEN, REVISED, WHITE, Flow
from deident.formats.rtf.objects import Blob

_FLAGS = {b"v": HIDDEN, b"deleted": DELETED, b"revised": REVISED}


class State(NamedTuple):
    """Settings of a group."""

    flow: Flow
    blob: Blob | None = None
    uc: int = 1
    font: int = -1
    wide: int = -1  # font of East Asian text
    dbch: bool = False
    flags: int = 0
    cell: bool = False  # \intbl
    back: bool = False  # behind the text is a colour of its own
    old: bool = False  # \nonshppict


def changed(state: State, name: bytes, number: int | None, pale: Set[int]) -> State:
    """The settings after a control word.  `pale`: numbers of the colours that are white."""
    on = number != 0
    if name in _FLAGS:
        flag = _FLAGS[name]
        return state._replace(flags=state.flags | flag if on else state.flags & ~flag)
    if name == b"uc":
        return state._replace(uc=max(number or 0, 0))
    if name == b"f":
        return state._replace(font=number or 0)
    if name == b"af" and state.dbch:
        return state._replace(wide=number or 0)
    if name in (b"dbch", b"loch", b"hich"):
        return state._replace(dbch=name == b"dbch")
    if name == b"cf":
        white = (number or 0) in pale and not state.back
        return state._replace(flags=state.flags | WHITE if white else state.flags & ~WHITE)
    if name in (b"highlight", b"cb", b"chcbpat", b"cbpat", b"clcbpat"):
        return state._replace(back=on, flags=state.flags & ~WHITE)
    if name == b"plain":
        return state._replace(flags=0, font=-1, wide=-1, dbch=False)
    if name == b"pard":
        return state._replace(cell=False)
    if name == b"intbl":
        return state._replace(cell=True)
    return state._replace(back=False) if name == b"trowd" else state
