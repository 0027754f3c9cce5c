"""Every sample of ../shared/samples/formats: found, masked, no trace left, opens where its format is used, and the rest looks as before.

The readers here are not those that wrote (second_readers, applications, looks); every sample is masked once for the whole module.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

pytest.importorskip("pikepdf")
pytest.importorskip("pypdfium2")
pytest.importorskip("rapidocr")
pytest.importorskip("py7zr")
pytest.importorskip("openpyxl")

from formats import applications, looks
from formats.ofd_files import drawn
from formats.samples import FOLDER, HELD, HOSTILE, ID, MAIL, NAMES, OPEN, PHONE, UNREAD, VALUES, missing, scanner
from formats.second_readers import program, traces
from PIL import Image

from deident.model import FileReport

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="shared samples are not here")

PDF = [name for name in HELD if name.endswith(".pdf")]
PICTURES = ["photo_exif.jpg", "pic_text.png", *(name for name in HELD if "/i0" in name)]
OFFICE = [name for name in HELD if name.rpartition(".")[2] in "docx xlsx pptx odt ods doc xls ppt rtf".split()]
#: The sources of pages in which no reader finds letters, and how many of its points are one of theirs.
LIKE = {"no_tounicode.pdf": ("chromium_wqy.pdf", 1.0), "scanned.pdf": ("libreoffice.pdf", 1.5)}
#: pdfium cuts the fractions off widths of CID fonts: what follows a removed number moves by a tenth of a point in it (in poppler by nothing).
FRACTIONS = {"chromium_wqy.pdf", "no_tounicode.pdf", "incremental.pdf", "reportlab.pdf"}


class Masked(NamedTuple):
    """A sample before and after."""

    before: bytes
    after: bytes
    report: FileReport


@pytest.fixture(scope="module")
def masked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Masked]:
    own = scanner(tmp_path_factory.mktemp("policy"))
    items = [(Path(name).name, (FOLDER / name).read_bytes()) for name in HELD]
    done = own.mask_many(items)
    return {name: Masked(data, out or b"", report) for name, (_, data), (out, report) in zip(HELD, items, done, strict=True)}


def needs(*programs: str) -> pytest.MarkDecorator:
    lacking = [name for name in programs if shutil.which(name) is None]
    return pytest.mark.skipif(bool(lacking), reason=f"{', '.join(lacking)} not installed")


every = pytest.mark.parametrize("name", HELD)


def test_the_tables_name_every_sample() -> None:
    there = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file()} - {"INDEX.md"}
    assert there == {*HELD, *HOSTILE}


@every
def test_found_and_masked(name: str, masked: dict[str, Masked]) -> None:
    before, after, report = masked[name]
    assert after, (report.status, report.reason)
    assert missing(report, HELD[name]) == []
    assert (report.status, report.reason) == OPEN.get(name, ("masked", ""))
    assert (before != after) == (name not in UNREAD)
    assert {finding.action for each in report.all() for finding in each.findings} <= {"mask"}


@every
@needs("qpdf", "pdftotext", "pdfimages", "exiftool")
def test_no_trace_is_left(name: str, masked: dict[str, Masked]) -> None:
    before, after, _ = masked[name]
    if name not in LIKE and name not in PICTURES:  # their pixels are looked at below
        seen = {value for value, _ in traces("", before, VALUES)}
        for letter, values in {"n": NAMES, "i": (ID,), "p": (PHONE,), "m": (MAIL,)}.items():
            assert (letter in re.sub("[^=;]*=", "", HELD[name])) == any(value in seen for value in values), letter
    assert traces("", after, VALUES) == set()


@every
def test_twice_is_once(name: str, masked: dict[str, Masked], again: dict[str, tuple[bytes | None, FileReport]]) -> None:
    out, report = again[name]
    assert out == masked[name].after
    assert report.status in ("clean", OPEN.get(name, ("",))[0])
    assert not [finding for each in report.all() for finding in each.findings if finding.action == "mask"]


@pytest.fixture(scope="module")
def again(masked: dict[str, Masked], tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[bytes | None, FileReport]]:
    own = scanner(tmp_path_factory.mktemp("policy"))
    return dict(zip(HELD, own.mask_many([(Path(name).name, masked[name].after) for name in HELD]), strict=True))


@pytest.mark.parametrize("name", [*HELD, *HOSTILE])
def test_without_edits_nothing_changes(name: str) -> None:
    from deident.formats import open_document

    data = (FOLDER / name).read_bytes()
    document = open_document(data, Path(name).name)
    assert document.status in ("refused", "unscannable") or document.write([]) == data


# what applications show


@pytest.mark.parametrize("name", [name for name in HELD if name.rpartition(".")[2] in applications.SHOWN and name not in LIKE])
def test_applications_show_the_rest_unchanged(name: str, masked: dict[str, Masked]) -> None:
    before, after, _ = masked[name]
    suffix = name.rpartition(".")[2]
    shown = dict(applications.texts(suffix, after))
    for reader, old in applications.texts(suffix, before):
        if reader in applications.CELLS:
            assert applications.cells(old, shown[reader]) == [], reader
        else:
            star = "" if suffix == "pdf" else "*"
            assert applications.bare(shown[reader], star) == applications.bare(old, star), reader


@pytest.fixture(scope="module")
def office(masked: dict[str, Masked], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    files = {}
    for name in OFFICE:
        files["old_" + Path(name).name], files["new_" + Path(name).name] = masked[name].before, masked[name].after
    return applications.office(files, tmp_path_factory.mktemp("office"))


@pytest.mark.parametrize("name", OFFICE)
@needs("soffice")
def test_libreoffice_opens_it(name: str, office: dict[str, str]) -> None:
    old, new = office["old_" + Path(name).name], office["new_" + Path(name).name]
    if name.endswith((".xls", ".xlsx", ".ods")):
        assert applications.cells(old, new) == []
    else:
        assert applications.bare(new) == applications.bare(old)
    assert not any(value in new for value in VALUES)


def test_archives_open_and_hold_what_they_held(masked: dict[str, Masked]) -> None:
    import libarchive
    from fastwarc.warc import ArchiveIterator

    with zipfile.ZipFile(io.BytesIO(masked["arch/gbkname.zip"].after)) as file:
        assert file.testzip() is None
        assert [name.rpartition(".")[2] for name in file.namelist()] == ["txt"]
    with libarchive.memory_reader(masked["arch/n.7z"].after) as seven:
        assert [entry.pathname for entry in seven] == ["a.txt"]
    for data in masked["arch/s.warc.gz"][:2]:
        records = [
            (record.headers["WARC-Type"], record.verify_block_digest())
            for record in ArchiveIterator(io.BytesIO(data), parse_http=False)
        ]
        assert len(records) == 5
        assert all(right for _, right in records)


@needs("mat2", "exiftool")
@pytest.mark.parametrize("name", PICTURES)
def test_no_metadata_is_left(name: str, masked: dict[str, Masked]) -> None:
    suffix = name.rpartition(".")[2]
    said = program("exiftool", "-a", "-u", "-ee", "-G0", "{}", data=masked[name].after, name=f"a.{suffix}").decode()
    assert not re.search(
        r"^\[(?:EXIF|XMP|IPTC|PNG:Text)\].*(?:Artist|Author|Comment|Description|GPS|Thumbnail)|Trailer", said, re.MULTILINE
    ), said
    shown = program("mat2", "--show", "{}", data=masked[name].after, name=f"a.{suffix}").decode()
    assert not re.search(r"(?i)artist|author|comment|gps|thumbnail", shown), shown


# what pages and pictures look like


def _boxes(name: str, page: int) -> list[looks.Box]:
    like, times = LIKE.get(name, (name, 1.0))
    found = looks.values((FOLDER / like).read_bytes(), page)
    assert found
    return [(a * times, b * times, c * times, d * times) for a, b, c, d in found]


def _drawn(data: bytes) -> looks.Pixels:
    picture = program("pdftoppm", "-r", "144", "-png", "-singlefile", "{}", data=data)
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(np.int16)


@pytest.mark.parametrize("name", PDF)
def test_pages_look_the_same(name: str, masked: dict[str, Masked]) -> None:
    old, new = looks.rendered(masked[name].before), looks.rendered(masked[name].after)
    assert len(old) == len(new) == 1
    boxes = _boxes(name, 0)
    assert np.abs(old[0] - new[0]).max() > 128
    if name == "scanned.pdf":  # JPEG: noise around what was painted, boxes as exact as their recognition
        assert looks.outside(old[0], new[0], boxes, margin=24, tolerance=16) == 0
    elif name not in FRACTIONS:
        assert looks.outside(old[0], new[0], boxes, margin=6) == 0
    else:
        assert looks.outside(old[0], new[0], boxes, margin=6, tolerance=200) < 200
    if name not in LIKE and shutil.which("pdftoppm"):
        assert looks.outside(_drawn(masked[name].before), _drawn(masked[name].after), boxes) == 0


def test_values_of_a_scan_are_painted_over(masked: dict[str, Masked]) -> None:
    [page] = looks.rendered(masked["scanned.pdf"].after, 1.0)
    for left, bottom, right, top in _boxes("scanned.pdf", 0):
        inside = page[page.shape[0] - int(top) + 3 : page.shape[0] - int(bottom) - 3, int(left) + 2 : int(right) - 2]
        assert inside.max() - inside.min() < 48, "something is still written there"


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_look_the_same(name: str, masked: dict[str, Masked]) -> None:
    old, new = looks.frames(masked[name].before), looks.frames(masked[name].after)
    assert len(old) == len(new)
    for number, (one, two) in enumerate(zip(old, new, strict=True)):
        rows, columns = looks.ink(one)
        if "i03" in name:  # transparent all over
            assert not two[:, :, :3].any() and np.array_equal(one[:, :, 3], two[:, :, 3])
        elif number == 0 and "/i0" in name:  # a black box already
            assert np.array_equal(one, two)
        else:
            differs = np.abs(one - two).max(axis=2) > (16 if name.endswith("jpg") else 0)
            around = 16 if name.endswith("jpg") else 8  # a block of JPEG with its colours
            differs[max(rows.start - around, 0) : rows.stop + around, max(columns.start - around, 0) : columns.stop + around] = (
                False
            )
            assert not differs.any()
            digits = two[rows, columns.start + (20 if "/i0" not in name else 0) : columns.stop]
            assert digits.max(axis=(0, 1))[0] - digits.min(axis=(0, 1))[0] < 32


def test_ofd_is_drawn_the_same(masked: dict[str, Masked]) -> None:
    old, new = drawn(masked["handmade.ofd"].before), drawn(masked["handmade.ofd"].after)
    stars = [one for one in new if one.char == "*"]
    assert stars and all(one.glyph == "" for one in stars)
    assert {one for one in new if one.char not in "* "} <= set(old)
    assert {one.char for one in set(old) - set(new)} <= set("".join(VALUES))


# hostile files

_EACH = """
import json, os, resource, sys, time
sys.path[:0] = {path!r}
from pathlib import Path
from formats.samples import FOLDER, HOSTILE, scanner
own = scanner(Path({folder!r}))
own.scan_many([("a.html", b"<p>1</p>")])
for number, name in enumerate(HOSTILE):
    data = (FOLDER / name).read_bytes()
    child = os.fork()
    if child == 0:
        [(out, report)] = own.mask_many([(Path(name).name, data)])
        spent = time.process_time()  # of this child alone, whatever else the machine does
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        Path({folder!r}, f"{{number}}.json").write_text(json.dumps([report.status, report.reason, spent, memory]))
        if out is not None:
            Path({folder!r}, f"{{number}}.out").write_bytes(out)
        os._exit(0)
    os.waitpid(child, 0)
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A process of its own for each, which writes what became of it."""
    folder = tmp_path_factory.mktemp("hostile")
    code = _EACH.format(path=[str(Path(__file__).parents[2]), str(Path(__file__).parents[1])], folder=str(folder))
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
    return folder


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_bounded(name: str, hostile: Path) -> None:
    number = list(HOSTILE).index(name)
    status, reason, seconds, memory = json.loads((hostile / f"{number}.json").read_text())
    assert (status, reason) == HOSTILE[name]
    assert seconds < 5
    assert memory < 500
    out = hostile / f"{number}.out"
    assert out.exists() == (status in ("clean", "masked", "partial"))
    if out.exists() and "deep" not in name:
        assert traces("", out.read_bytes(), VALUES) == set()


# the command line


@pytest.fixture(scope="module", params=["mask 1", "mask 2", "scan 2"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, int, str]:
    """(command, report folder, exit code, terminal output) of a run over all samples."""
    command, jobs = request.param.split()
    folder = tmp_path_factory.mktemp("run")
    shutil.copytree(FOLDER, folder / "in")
    return command, *_run(command, folder, jobs)


def _run(command: str, folder: Path, jobs: str) -> tuple[Path, int, str]:
    environment = {"DEIDENT_KEY": "0123456789abcdef", "LC_ALL": "en_US.UTF-8", "PATH": "/usr/bin:/bin", "HOME": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", "deident", command, "in", "-o", "out", "--jobs", jobs, "--no-ner"],
        cwd=folder, env=environment | {"PYTHONPATH": str(Path(__file__).parents[2])}, capture_output=True, check=False, timeout=240,
    )  # fmt: skip
    return folder / ("out/.deident" if command == "mask" else "out"), done.returncode, (done.stdout + done.stderr).decode()


def _rows(report: Path) -> dict[str, list[str]]:
    import csv

    with (report / "files.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    return {row[0]: [row[head.index("status")], row[head.index("reason")]] for row in rows}


def test_a_run_over_all_of_them_says_what_became_of_each(run: tuple[str, Path, int, str]) -> None:
    command, report, code, said = run
    assert code == 3, said
    assert "Traceback" not in said
    rows = _rows(report)
    names = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file()}
    assert names <= set(rows)
    for name, (status, _) in HOSTILE.items():
        if command == "scan" and name == "arch/n.tar.gz":
            status = "partial"  # what is in it is refused; masking would leave nothing of it
        if status in ("refused", "unscannable", "partial"):
            assert rows[name][0] == status and rows[name][1], name
            assert command == "scan" or not (report.parent / name).exists()
    assert {status for status, _ in rows.values()} <= {"clean", "masked", "partial", "refused", "unscannable"}
    assert all(reason for status, reason in rows.values() if status in ("refused", "unscannable"))


def test_reports_hold_no_value(run: tuple[str, Path, int, str]) -> None:
    _, report, _, said = run
    texts = [said, *(path.read_text("utf-8-sig", "replace") for path in report.rglob("*") if path.is_file())]
    for text in texts:
        assert not [value for value in VALUES if value not in NAMES and value in text]
        for name in ("张伟民的申请表.txt", "张伟民.docx", "张伟民.txt"):  # files inside files are called what they are called
            text = text.replace(name, "").replace(json.dumps(name)[1:-1], "")
        assert not [value for value in NAMES if value in text or json.dumps(value)[1:-1] in text]


def test_a_run_over_what_can_be_read_waits_for_a_person(tmp_path: Path) -> None:
    """docs/cli.md: 1, since names and the ID with its wrong check digit are for review."""
    for name in HELD:
        if name not in OPEN and name.rpartition(".")[2] not in ("tiff", "jpg", "png", "gif", "pdf", "gz"):
            (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(FOLDER / name, tmp_path / "in" / name)
    report, code, said = _run("mask", tmp_path, "1")
    assert code == 1, said
    assert {status for status, _ in _rows(report).values()} <= {"clean", "masked", "partial"}
    for name in HELD:
        if (tmp_path / "in" / name).exists():
            assert (tmp_path / "out" / name).exists(), name
