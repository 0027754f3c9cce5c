"""Make `patterns/words/name_stops.xz`: words that begin with a surname and are no names, out of jieba's dictionary.

    python scripts/make_words.py        (pip downloads jieba 0.42.1, MIT; none of its code runs)

Taken are words of two to four Han characters that begin with a surname of patterns/words and that jieba does not tag as a
person (nr…).  Lines: those that its texts have often; the rare ones, which count for less;
usual words of two characters that end in a surname (工程|建设); usual words made of what given names are made of (惠|民生).
"""

from __future__ import annotations

import lzma
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from deident.detectors.name_lists import sections, singles

WORDS = Path(__file__).parents[1] / "patterns" / "words"
PACKAGE = "jieba==0.42.1"
OFTEN = 50  # occurrences in the texts behind the dictionary
_HAN = re.compile(r"[一-鿿]{2,4}")
LICENCE = """jieba 0.42.1 declares the licence MIT in its package metadata (author: Sun, Junyi) and carries no licence file.

The MIT License (MIT)

Copyright (c) 2013 Sun Junyi

Permission is hereby granted, free of charge, to any person obtaining a copy of
this software and associated documentation files (the "Software"), to deal in
the Software without restriction, including without limitation the rights to
use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of
the Software, and to permit persons to whom the Software is furnished to do so,
subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS
FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER
IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def dictionary() -> str:
    """jieba's dict.txt: `word frequency tag` a line."""
    with tempfile.TemporaryDirectory() as folder:
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", PACKAGE]
        subprocess.run(download, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with tarfile.open(next(Path(folder).glob("jieba*.tar.gz"))) as archive:
            name = next(name for name in archive.getnames() if name.endswith("jieba/dict.txt"))
            file = archive.extractfile(name)
            if file is None:
                raise SystemExit(f"{PACKAGE} holds no dict.txt")
            return file.read().decode("utf-8")


def main() -> None:
    """Write the list and the licence."""
    parts = sections(WORDS / "names.txt")
    heads = singles(WORDS / "surnames.txt") | set(
        "".join(w for name, words in parts.items() if "surnames" in name for w in words)
    )
    given = set("".join(parts["typical given"]))
    often, seldom, across, inner = [], [], [], []
    for line in dictionary().splitlines():
        word, frequency, tag = line.split()
        if word[0] in heads and _HAN.fullmatch(word) and not tag.startswith("nr"):
            (often if int(frequency) >= OFTEN else seldom).append(word)
        if len(word) == 2 and word[1] in heads and _HAN.fullmatch(word) and not tag.startswith("nr") and int(frequency) >= OFTEN:
            across.append(word)
        if len(word) == 2 and set(word) <= given and not tag.startswith("nr") and int(frequency) >= 4 * OFTEN:
            inner.append(word)
    text = "".join(" ".join(sorted(words)) + "\n" for words in (often, seldom, across, inner))
    text = "# Words that begin with a surname.  Made by scripts/make_words.py from jieba 0.42.1 (MIT).\n" + text
    packed = lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME)
    (WORDS / "name_stops.xz").write_bytes(packed)
    (WORDS / "LICENSE-jieba").write_text(LICENCE, encoding="utf-8")
    print(
        f"{len(often)} usual words, {len(seldom)} rare ones, {len(across)} that end in a surname, {len(inner)} like given names, {len(packed)} bytes"
    )


if __name__ == "__main__":
    main()
