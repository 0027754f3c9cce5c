"""RTF read: tokens → text of the body and of every other destination, data, and what a writer must know (RTF 1.9.1).

Formatting never parts text; paragraphs end in LF, cells in TAB.  Groups keep their own settings: how many characters stand
for a `\\uN` where Unicode is not known (`\\ucN`), the font, hidden (`\\v`), deleted.
"""

from __future__ import annotations

import re

from deident.formats.rtf import pages
from deident.formats.rtf.chars import Characters
from deident.formats.rtf.flow import Flow
from deident.formats.rtf.objects import EXTENSIONS, Blob
from deident.formats.rtf.state import State, changed
from deident.formats.rtf.tokens import Token, tokens

#: Destinations with paragraphs of their own, and those whose text stands where they are.
ASIDE = frozenset(
    "header headerl headerr headerf footer footerl footerr footerf footnote shptxt shprslt dptxbxtext ftnsep ftnsepc".split()
)
_INLINE = frozenset(b"field fldrslt listtext pntext object result shppict nonshppict nesttableprops".split())
#: Other destinations that are written without `\*`.
_PLAIN = frozenset(
    b"fonttbl colortbl stylesheet info title subject author manager company operator category comment doccomm keywords hlinkbase "
    b"propname staticval template xe tc rxe txe pntxta pntxtb sn sv fldinst bkmkstart bkmkend listname leveltext levelnumbers "
    b"pict upr objclass objname name private falt nonshppict".split()
)
_DATA = frozenset(b"pict objdata datastore themedata colorschememapping fontfile svb blipuid".split())
_SIGNS = {
    b"emdash": "—", b"endash": "–", b"bullet": "•", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”",
    b"emspace": " ", b"enspace": " ", b"qmspace": " ",
}  # fmt: skip
_SYMBOLS = {b"~": " ", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}"}
_LINES = frozenset(b"par line page sect column softline softpage nestrow".split())
_HEX = re.compile(rb"[0-9A-Fa-f\s]{64,}\Z")


class Reading(Characters):
    """What was found: `body`, the other `flows` in order, `blobs`; `uc`: (place, characters that stand for a `\\uN`) in order."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.body = Flow("")
        self.flows: list[Flow] = []
        self.blobs: list[Blob] = []
        self.uc: list[tuple[int, int]] = [(0, 1)]
        self._label = ""
        self._above = self.body  # where the Unicode form of \upr goes
        self._shown = -1  # number of the last blob that is no copy for old readers
        self._bin = 0
        self._read()

    def _read(self) -> None:
        state = State(self.body)
        stack: list[State] = []
        trailing = State(Flow("trailing"))
        star = fresh = False
        for token in tokens(self.data):
            kind = token.kind
            starred = False
            if kind == "text":
                self._text(state, token)
            elif kind == "word":
                state = self._word(state, token, star, fresh)
            elif kind == "hex":
                self._hex(state, token)
            elif kind == "open":
                self._flush(state)
                stack.append(state)
            elif kind == "close":
                self._flush(state)
                before = stack.pop() if stack else trailing
                self._left(state, before, token.start)
                state = before
            elif kind == "bin":
                self._binary(state, token)
            else:
                starred = fresh and self.data[token.start + 1 : token.end] == b"*"
                self._symbol(state, token)
            star, fresh = starred, kind == "open"
        self._flush(state)
        for before in reversed([State(self.body), *stack]):
            self._left(state, before, len(self.data))
            state = before
        if trailing.flow:
            self.flows.append(trailing.flow)
        for flow in (self.body, *self.flows):
            flow.flush()
        self.flows = [flow for flow in self.flows if flow.label in ASIDE or not self._digits(flow)]

    # control words

    def _word(self, state: State, token: Token, star: bool, fresh: bool) -> State:
        name, number, flow = token.name, token.number, state.flow
        if name == b"u":
            if self._run:
                self._flush(state)
            self._unicode(state, token)
            return state
        if self._skip and name in _SIGNS:
            self._skip -= 1
            self._widen(state, token.end)
            return state
        self._flush(state)
        if star or (fresh and (name in _PLAIN or token.name.decode() in ASIDE)):
            return self._destination(state, token)
        if name in _LINES:
            flow.insert(b" ") if name == b"par" and state.cell else flow.line()
        elif name in (b"cell", b"nestcell"):
            flow.cell()
        elif name == b"row":
            flow.row()
        elif name == b"tab":
            self._tab(state, token)
        elif name in _SIGNS:
            self._put(state, token.start, token.end, _SIGNS[name])
        elif name == b"bin":
            self._bin = token.start
        elif name == b"ansicpg":
            self._ansi = pages.page(number or 0)
        elif name == b"uc":
            self.uc.append((token.start, max(number or 0, 0)))
        elif name in (b"fcharset", b"cpg"):
            if flow.label == "fonttbl" and (
                codec := pages.charset(number or 0) if name == b"fcharset" else pages.page(number or 0)
            ):
                self._fonts[state.font] = codec
        elif name in (b"red", b"green", b"blue"):
            self._color[(b"red", b"green", b"blue").index(name) + 1] = number or 0
        elif state.blob is not None and name in EXTENSIONS:
            state.blob.kind = EXTENSIONS[name]
        return changed(state, name, number, self._white)

    def _symbol(self, state: State, token: Token) -> None:
        sign = self.data[token.start + 1 : token.end]
        if self._skip and sign in _SYMBOLS:
            self._skip -= 1
            self._widen(state, token.end)
            return
        self._flush(state)
        if sign in (b"\n", b"\r", b"\r\n"):
            state.flow.insert(b" ") if state.cell else state.flow.line()
        elif sign == b"\t":
            self._tab(state, token)
        elif sign in _SYMBOLS:
            self._put(state, token.start, token.end, _SYMBOLS[sign])

    # destinations

    def _destination(self, state: State, token: Token) -> State:
        name = token.name
        if name == b"ud":
            return state._replace(flow=self._above)
        if name == b"nonshppict":
            return state._replace(old=True)
        if name in _INLINE:
            return state
        if name in _DATA:
            twin = self._shown if state.old else -1
            return state._replace(flow=Flow(name.decode()), blob=Blob(name, twin=twin))
        if name == b"upr":
            self._above = state.flow
        label = self._label if name in (b"sv", b"staticval") and self._label else name.decode()
        return state._replace(flow=Flow(label), blob=None, flags=0, cell=False)

    def _binary(self, state: State, token: Token) -> None:
        blob = state.blob or Blob(b"bin")
        blob.raw.append((self._bin, token.start, token.end))
        if state.blob is None:
            self.blobs.append(blob)

    def _digits(self, flow: Flow) -> bool:
        """Is the text of an unknown destination data in hexadecimal?"""
        view, map = flow.built.finish()
        if not _HEX.match(view):
            return False
        pieces = zip(map.source.tolist(), map.width.tolist(), strict=True)
        self.blobs.append(Blob(flow.label.encode(), [(start, start + width) for start, width in pieces if width]))
        return True

    def _left(self, inner: State, outer: State, place: int) -> None:
        """A group ends."""
        if inner.uc != outer.uc:
            self.uc.append((place, outer.uc))
        if (blob := inner.blob) is not None and blob is not outer.blob and (blob.hex or blob.raw):
            if blob.twin < 0:
                self._shown = len(self.blobs)
            self.blobs.append(blob)
        flow = inner.flow
        if flow is outer.flow:
            if flow.label == "docvar":
                flow.insert("：".encode())
        elif flow and flow is not self.body and flow is not self._above:
            if flow.label in ("sn", "propname"):
                self._label = flow.text()
            self.flows.append(flow)
