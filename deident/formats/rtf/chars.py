"""Characters of RTF as they come: text, bytes in hexadecimal, `\\uN`; put into the flow of their group (RTF 1.9.1, "Unicode RTF")."""

from __future__ import annotations

from deident.formats.rtf import pages
from deident.formats.rtf.state import State
from deident.formats.rtf.tokens import Token

_SPACED = str.maketrans(dict.fromkeys((*range(32), 127), " "))
_CLEAN = bytes(32 if code < 32 and code != 9 else code for code in range(256))
_PALE = 240  # a colour no darker than this in all parts is read as white


class Characters:
    """Bytes wait until something else comes, since a character may take several; half a surrogate pair waits for the other."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._ansi = ""
        self._fonts: dict[int, str] = {}
        self._white: set[int] = set()
        self._color = [0, 0, 0, 0]  # number, and red, green, blue of the one that is being defined
        self._run: list[tuple[int, int, int]] = []  # bytes that wait for their decoding: byte, start, width
        self._skip = 0
        self._half: tuple[int, int, int] | None = None  # first half of a surrogate pair: code, start, end

    def _text(self, state: State, token: Token) -> None:
        start, end = token.start, token.end
        if state.blob is not None:
            state.blob.hex.append((start, end))
            return
        if self._skip:
            used = min(self._skip, end - start)
            self._skip -= used
            start += used
            self._widen(state, start)
        if state.flow.label == "colortbl":
            self._colors(self.data.count(b";", start, end))
        if start == end:
            return
        raw = self.data[start:end]
        if self._run or not raw.isascii():  # ASCII may be the second half of a character, within three bytes
            most = 3 if raw.isascii() else len(raw)
            self._run += [(byte, start + place, 1) for place, byte in enumerate(raw[:most])]
            if len(raw) <= most:
                return
            self._flush(state)
            start, raw = start + most, raw[most:]
        self._unpaired(state)
        raw = raw.translate(_CLEAN)
        state.flow.put(state.flags, start, len(raw), raw.replace(b"\t", b" ") if state.cell else raw, exact=True)

    def _hex(self, state: State, token: Token) -> None:
        start = token.start
        if self._skip:
            used = min(self._skip, (token.end - start) // 4)
            self._skip -= used
            start += 4 * used
            self._widen(state, start)
        if start < token.end:
            raw = bytes.fromhex(self.data[start : token.end].replace(b"\\'", b"").decode())
            self._run += [(byte, start + 4 * place, 4) for place, byte in enumerate(raw)]

    def _flush(self, state: State) -> None:
        """Decode the bytes that wait; nothing is skipped any more."""
        self._skip = 0
        self._unpaired(state)
        if not self._run:
            return
        run, self._run = self._run, []
        raw = bytes(byte for byte, _, _ in run)
        font, wide = self._fonts.get(state.font, ""), self._fonts.get(state.wide, "")
        tried = [*([wide, font] if state.dbch else [font]), self._ansi or pages.LATIN, wide]
        if any(width == 1 and byte > 0x7F for byte, _, width in run):
            tried.insert(0, "utf-8")
        for first, end, text in pages.decode(raw, tried):
            start = run[first][1]
            stop = run[end - 1][1] + run[end - 1][2]
            view = text.translate(_SPACED).encode("utf-8", "replace")
            state.flow.put(state.flags, start, stop - start, view, exact=stop - start == 1 == len(view))

    def _unicode(self, state: State, token: Token) -> None:
        code = (token.number or 0) & 0xFFFF
        half, self._half = self._half, None
        if half and 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((half[0] - 0xD800) << 10) + code - 0xDC00
            self._put(state, half[1], token.end, chr(code))
        else:
            self._half = half
            self._unpaired(state)
            if 0xD800 <= code < 0xDC00:
                self._half = code, token.start, token.end
            else:
                self._put(state, token.start, token.end, chr(code))
        self._skip = state.uc

    def _put(self, state: State, start: int, end: int, text: str) -> None:
        state.flow.put(state.flags, start, end - start, text.translate(_SPACED).encode("utf-8", "replace"))

    def _tab(self, state: State, token: Token) -> None:
        state.flow.put(state.flags, token.start, token.end - token.start, b" " if state.cell else b"\t")

    def _unpaired(self, state: State) -> None:
        """Half a surrogate pair stands alone."""
        if self._half:
            _, start, end = self._half
            self._half = None
            state.flow.put(state.flags, start, end - start, "\ufffd".encode())

    def _widen(self, state: State, end: int) -> None:
        """What stands for a character where Unicode is not known belongs to it."""
        if self._half:
            self._half = self._half[0], self._half[1], end
        else:
            state.flow.widen(end)

    def _colors(self, ends: int) -> None:
        """Some colours of the table are defined."""
        for _ in range(ends):
            if min(self._color[1:]) >= _PALE:
                self._white.add(self._color[0])
            self._color = [self._color[0] + 1, 0, 0, 0]
