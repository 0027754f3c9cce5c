"""DuckDB: the functions in SQL over CSV and Parquet, and whole relations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from integrations.frames import columns

from deident.engine import Scanner
from deident.errors import DeidentError

duckdb = pytest.importorskip("duckdb")
pa = pytest.importorskip("pyarrow")
from pyarrow import csv, parquet  # noqa: E402

from deident.integrations import arrow  # noqa: E402
from deident.integrations import duckdb as door  # noqa: E402

STARS = "138********"


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner(ner=False)


@pytest.fixture
def con(scanner: Scanner) -> Iterator[Any]:
    with duckdb.connect() as own:
        door.register(own, scanner=scanner)
        yield own


def test_functions(con: Any) -> None:
    row = con.sql(
        "SELECT deident_mask('本人手机13800000001'), deident_mask('监督电话：0851-85550101'), deident_mask(NULL), deident_mask(''), "
        "deident_mask_as('520102190103150001', 'resident_id'), deident_mask_as(NULL, 'mobile'), deident_kinds('手机13800000001、13800000002'), "
        "deident_kinds('公文')"
    ).fetchall()[0]
    assert row == (f"本人手机{STARS}", "监督电话：0851-85550101", None, "", "52****************", None, ["mobile"], [])


def test_over_files(con: Any, scanner: Scanner, tmp_path: Path) -> None:
    table = pa.table(columns(5000))
    parquet.write_table(table, tmp_path / "a.parquet", row_group_size=1500)
    csv.write_csv(table, tmp_path / "a.csv")
    for source in (f"'{tmp_path}/a.parquet'", f"read_csv('{tmp_path}/a.csv', all_varchar = true)"):
        con.sql(
            f"COPY (SELECT 姓名, deident_mask(联系电话) AS 联系电话, deident_mask_as(身份证号, 'resident_id') AS 身份证号 FROM {source}) "
            f"TO '{tmp_path}/b.parquet'"
        )
        made = con.sql(f"SELECT * FROM '{tmp_path}/b.parquet'").to_arrow_table()
        assert made.num_rows == 5000 and made["姓名"].to_pylist() == table["姓名"].to_pylist()
        assert made["联系电话"].to_pylist() == [value[:3] + "*" * 8 for value in table["联系电话"].to_pylist()]
        assert set(made["身份证号"].to_pylist()) == {"52****************"}


def test_the_kind_may_differ_by_row(con: Any) -> None:
    rows = con.sql(
        "SELECT deident_mask_as(v, k) FROM (VALUES ('13800000001', 'mobile'), ('520102190103150001', 'resident_id'), ('1', NULL)) t(v, k)"
    ).fetchall()
    assert [row[0] for row in rows] == [STARS, "52****************", None]


def test_registering_again_replaces(con: Any) -> None:
    con.sql("SELECT deident_mask('a')").fetchall()
    door.register(con, policy="internal", scanner=Scanner(policy="internal", ner=False))
    assert con.sql("SELECT deident_mask('手机13800000001')").fetchall() == [("手机13800000001",)]


def test_an_unknown_kind(con: Any) -> None:
    with pytest.raises(duckdb.Error, match="no kind 'x'"):
        con.sql("SELECT deident_mask_as('13800000001', 'x')").fetchall()


def test_relations(con: Any, scanner: Scanner) -> None:
    table = pa.table(columns(300)).append_column("年份", pa.array([2024] * 300))
    relation = con.sql('FROM "table"')
    masked = door.mask(relation, scanner=scanner)  # noqa: F841
    made = con.sql("CREATE TABLE clean AS FROM masked; FROM clean").to_arrow_table()
    wanted = arrow.mask(table, scanner=scanner)
    assert made.to_pylist() == wanted.to_pylist() and made["年份"].type == pa.int64()
    assert door.scan(con.sql("FROM clean"), scanner=scanner)["action"].to_pylist().count("mask") == 0
    assert door.kinds(con.sql("FROM clean"), scanner=scanner)["kind"].to_pylist()[0] == "person_name"
    assert issubclass(arrow.Mistyped, DeidentError)
