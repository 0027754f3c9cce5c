"""Parquet: row groups, codecs and metadata stay; what is removed is nowhere in the new file, as other readers see it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from integrations.frames import HEAD, columns

from deident.engine import Scanner
from deident.errors import InputError, OutputError

pa = pytest.importorskip("pyarrow")
import pyarrow.compute as pc  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402

from deident.integrations import arrow, parquet  # noqa: E402

STARS = "138********"


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner(ner=False)


def written(path: Path, count: int = 400, **options: Any) -> Any:
    table = pa.table(columns(count)).append_column("手机列", pa.array([["13800000001", "甲"]] * count))
    table = table.set_column(3, "家庭住址", table["家庭住址"].dictionary_encode())
    table = table.set_column(4, "银行卡号", table["银行卡号"].cast(pa.int64()))
    table = table.replace_schema_metadata({"来源": "民政局", "制表": "手机13800000002"})
    pq.write_table(table, path, **options)
    return table


def test_shape_of_the_file(scanner: Scanner, tmp_path: Path) -> None:
    codec = dict.fromkeys([*HEAD, "手机列.list.element"], "zstd") | {"姓名": "gzip"}
    table = written(tmp_path / "a.parquet", row_group_size=150, compression=codec, use_dictionary=True, write_statistics=True)
    changed = parquet.mask(tmp_path / "a.parquet", tmp_path / "b.parquet", scanner=scanner)
    assert changed == dict.fromkeys(["身份证号", "联系电话", "家庭住址", "银行卡号", "手机列"], 400)
    old, new = pq.ParquetFile(tmp_path / "a.parquet"), pq.ParquetFile(tmp_path / "b.parquet")
    groups = [file.metadata.row_group(n).num_rows for file in (old, new) for n in range(3)]
    assert groups == [150, 150, 100] * 2
    for n in range(7):
        assert new.metadata.row_group(0).column(n).compression == old.metadata.row_group(0).column(n).compression
    made = new.read()
    assert made.drop(["银行卡号"]).equals(arrow.mask(table, scanner=scanner).drop(["银行卡号"]))
    assert (
        made.schema.metadata["制表".encode()] == ("手机" + STARS).encode()
        and made.schema.metadata["来源".encode()] == "民政局".encode()
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.parquet", "b.parquet"]


def test_nothing_of_it_is_left(scanner: Scanner, tmp_path: Path) -> None:
    """Law 3, by brute force: the file's own bytes without compression, and the cells as DuckDB and Polars read them."""
    duckdb, polars = pytest.importorskip("duckdb"), pytest.importorskip("polars")
    table = written(tmp_path / "a.parquet", row_group_size=100, compression="none", write_page_index=True)
    parquet.mask(tmp_path / "a.parquet", tmp_path / "b.parquet", scanner=scanner)
    data = (tmp_path / "b.parquet").read_bytes()
    with duckdb.connect() as con:
        seen = con.sql(f"SELECT * FROM '{tmp_path / 'b.parquet'}'").fetchall()
        stats = con.sql(f"SELECT stats_min_value, stats_max_value FROM parquet_metadata('{tmp_path / 'b.parquet'}')").fetchall()
    other = polars.read_parquet(tmp_path / "b.parquet").rows()
    assert len(seen) == len(other) == 400 and [list(map(str, row)) for row in seen] == [list(map(str, row)) for row in other]
    text = str(seen) + str(stats)
    for name in ("身份证号", "联系电话", "家庭住址", "银行卡号"):
        for value in map(str, table[name].to_pylist()):
            assert value not in text and value.encode() not in data
            if value.isdigit():
                assert int(value).to_bytes(8, "little") not in data if int(value) < 1 << 63 else True
    assert b"13800000001" not in data and b"13800000002" not in data


def test_scan_counts_through_the_file(scanner: Scanner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = written(tmp_path / "a.parquet", row_group_size=150)
    monkeypatch.setattr(arrow, "ROWS", 64)
    found = parquet.scan(tmp_path / "a.parquet", scanner=scanner)
    keys = [(name, "ascending") for name in ("row", "column", "start")]
    assert found.sort_by(keys).equals(arrow.scan(table, scanner=scanner).sort_by(keys))
    assert parquet.kinds(tmp_path / "a.parquet", scanner=scanner)["told"].to_pylist()[:2] == ["header", "header"]
    parquet.mask(tmp_path / "a.parquet", tmp_path / "b.parquet", scanner=scanner)
    again = parquet.scan(tmp_path / "b.parquet", scanner=scanner)
    assert not again.filter(pc.equal(again["action"], "mask")).num_rows
    parquet.mask(tmp_path / "b.parquet", tmp_path / "c.parquet", scanner=scanner)
    assert pq.read_table(tmp_path / "c.parquet").equals(pq.read_table(tmp_path / "b.parquet"))


def test_a_number_that_shows_late(scanner: Scanner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow, "ROWS", 2)
    pq.write_table(pa.table({"数": [1, None, 3, 4, 13800000001], "备注": ["公文"] * 5}), tmp_path / "a.parquet", row_group_size=3)
    assert parquet.mask(tmp_path / "a.parquet", tmp_path / "b.parquet", scanner=scanner) == {"数": 1}
    assert pq.read_table(tmp_path / "b.parquet")["数"].to_pylist() == ["1", None, "3", "4", STARS]


def test_pandas_reads_it(scanner: Scanner, tmp_path: Path) -> None:
    frame = pd.DataFrame(columns(50)).assign(银行卡号=lambda f: f["银行卡号"].astype("int64"))
    frame.index = pd.Index(range(5, 55), name="序号")
    frame.attrs = {"手机": "13800000001"}
    frame.to_parquet(tmp_path / "a.parquet")
    parquet.mask(tmp_path / "a.parquet", tmp_path / "b.parquet", scanner=scanner)
    made = pd.read_parquet(tmp_path / "b.parquet")
    assert made.index.equals(frame.index) and made.index.name == "序号" and made["银行卡号"].str.startswith("*").all()
    assert b"13800000001" not in (tmp_path / "b.parquet").read_bytes() and "13800000001" not in json.dumps(made.attrs)


def test_in_place_and_empty(scanner: Scanner, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    written(path, 20)
    parquet.mask(path, path, scanner=scanner)
    assert set(pq.read_table(path)["身份证号"].to_pylist()) == {"52****************"}
    pq.write_table(pa.table({"手机": pa.array([], pa.string())}), path)
    assert parquet.mask(path, path, scanner=scanner) == {} and pq.read_table(path).num_rows == 0


def test_errors(scanner: Scanner, tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"PAR1 no such thing")
    for wrong in (tmp_path / "x.parquet", tmp_path / "none.parquet"):
        with pytest.raises(InputError):
            parquet.mask(wrong, tmp_path / "b.parquet", scanner=scanner)
    written(tmp_path / "a.parquet", 5)
    with pytest.raises(OutputError):
        parquet.mask(tmp_path / "a.parquet", tmp_path / "none" / "b.parquet", scanner=scanner)
    with pytest.raises(InputError):
        parquet.mask(tmp_path / "a.parquet", tmp_path / "b.parquet", scanner=scanner, columns=["x"])
    assert not (tmp_path / "b.parquet").exists() and not list(tmp_path.glob("*.part"))
