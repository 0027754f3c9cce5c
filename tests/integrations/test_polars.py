"""Polars: frames, lazy frames (also streamed), series and expressions."""

from __future__ import annotations

import pytest
from integrations.frames import HEAD, columns

from deident.engine import Scanner
from deident.errors import VerifyError

pl = pytest.importorskip("polars")
pytest.importorskip("pyarrow")
import deident.integrations.polars  # noqa: E402  registers the namespaces
from deident.integrations import arrow  # noqa: E402

STARS = "138********"


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner(ner=False)


@pytest.fixture
def people() -> pl.DataFrame:
    return pl.DataFrame(columns(60))


def test_a_frame(scanner: Scanner, people: pl.DataFrame) -> None:
    masked = people.deident.mask(scanner=scanner)
    assert masked.schema == people.schema and masked["补贴金额"].equals(people["补贴金额"])
    assert masked.equals(pl.from_arrow(arrow.mask(people.to_arrow(), scanner=scanner)))
    assert masked.deident.mask(scanner=scanner).equals(masked)
    found = people.deident.scan(scanner=scanner)
    assert found.height == 300 and "mask" not in masked.deident.scan(scanner=scanner)["action"]
    assert people.deident.kinds(scanner=scanner)["kind"].to_list()[:2] == ["person_name", "resident_id"]
    cell = people["联系电话"][found.filter(pl.col("kind") == "mobile")["row"][3]]
    assert cell not in found.write_csv()


def test_types(scanner: Scanner) -> None:
    phones = ["13800000001", None, "13800000002"]
    frame = pl.DataFrame({
        "手机": pl.Series(phones, dtype=pl.Categorical), "电话": pl.Series(phones, dtype=pl.Enum(["13800000001", "13800000002"])),
        "联系电话": pl.Series([13800000001, None, 3], dtype=pl.Int64), "列": [["13800000001"], None, []], "是": [True, False, None],
        "性别": pl.Series(["男", "女", None], dtype=pl.Enum(["男", "女"])), "面积": [1.5, None, 2.0],
    })  # fmt: skip
    masked = frame.deident.mask(scanner=scanner)
    assert masked["手机"].dtype == pl.Categorical and masked["手机"].to_list() == [STARS, None, STARS]
    assert masked["电话"].dtype == pl.Categorical and masked["电话"].to_list() == [STARS, None, STARS]
    assert masked["联系电话"].to_list() == [STARS, None, "3"] and masked["列"].to_list() == [[STARS], None, []]
    for name in ("是", "性别", "面积"):
        assert masked[name].equals(frame[name]) and masked[name].dtype == frame[name].dtype


def test_python_objects_stay(scanner: Scanner) -> None:
    frame = pl.DataFrame({"手机": ["13800000001"], "o": pl.Series([object()], dtype=pl.Object)})
    assert frame.deident.mask(scanner=scanner)["手机"].to_list() == [STARS]


@pytest.mark.parametrize("streaming", [False, True])
def test_lazy(scanner: Scanner, people: pl.DataFrame, streaming: bool) -> None:
    frame = people.with_columns(pl.col("银行卡号").cast(pl.Int64))
    lazy = frame.lazy().deident.mask(streaming=streaming, scanner=scanner).filter(pl.col("补贴金额") != "0")
    assert lazy.collect_schema()["银行卡号"] == pl.String
    made = lazy.collect(engine="streaming" if streaming else "auto")
    assert made.equals(frame.deident.mask(scanner=scanner))


def test_lazy_frames_keep_their_promise(scanner: Scanner) -> None:
    frame = pl.DataFrame({"数": [13800000001], "备注": ["公文"]})
    with pytest.raises((VerifyError, pl.exceptions.ComputeError), match="kinds="):
        frame.lazy().deident.mask(scanner=scanner).collect()
    assert frame.lazy().deident.mask(scanner=scanner, kinds={"数": "mobile"}).collect()["数"].to_list() == [STARS]


def test_expressions(scanner: Scanner, people: pl.DataFrame) -> None:
    made = people.select(
        pl.col("联系电话").deident.mask(scanner=scanner), pl.col("银行卡号").alias("x").deident.mask("bank_account", scanner=scanner),
        pl.col("身份证号").deident.scan(scanner=scanner).alias("found"),
    )  # fmt: skip
    assert made["联系电话"].str.contains(r"^1\d\d\*{8}$").all() and made["x"].str.starts_with("*").all()
    assert made["found"].dtype == pl.List(deident.integrations.polars.FINDING)
    assert [cell[0]["kind"] for cell in made["found"].to_list()] == ["resident_id"] * 60
    lazy = people.lazy().with_columns(pl.col("联系电话").deident.mask(scanner=scanner)).collect(engine="streaming")
    assert lazy["联系电话"].equals(made["联系电话"]) and lazy.columns == list(HEAD)
    prose = pl.DataFrame({"备注": ["手机13800000001，办公电话0851-85550101", None]})
    assert prose.select(pl.col("备注").deident.mask(scanner=scanner))["备注"].to_list() == [
        f"手机{STARS}，办公电话0851-85550101",
        None,
    ]


def test_series(scanner: Scanner) -> None:
    series = pl.Series("手机", ["13800000001", None])
    assert series.deident.mask(scanner=scanner).to_list() == [STARS, None]
    assert [len(cell) for cell in series.deident.scan(scanner=scanner).to_list()] == [1, 0]
    assert pl.Series("x", [13800000001]).deident.mask("mobile", scanner=scanner).to_list() == [STARS]


def test_empty(scanner: Scanner) -> None:
    for frame in (pl.DataFrame(), pl.DataFrame({"手机": []}, schema={"手机": pl.String})):
        assert frame.deident.mask(scanner=scanner).equals(frame)
