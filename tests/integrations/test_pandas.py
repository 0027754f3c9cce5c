"""`df.deident`: like a sheet, whatever the dtypes, the size and the shape of the labels."""

from __future__ import annotations

import csv
import io
import random
import subprocess
import sys
import warnings
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from integrations.frames import HEAD, columns, resident_id

import deident.integrations.pandas
from deident.engine import Scanner
from deident.errors import InputError
from deident.integrations import tables
from deident.integrations.found import Unmasked

BAD = "522524190103150001"  # fails its check: only its column says what it is


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner(ner=False)


@pytest.fixture
def people() -> pd.DataFrame:
    return pd.DataFrame(columns(40))


def remarks(count: int) -> list[str]:
    """Prose, offices, quotes, line breaks, what is masked already."""
    made = ['监督电话：0851-85550101', '本人手机13800000001，"低保户"', "无", "", "行一\n行二 手机19900000001", "其妻\t罗二二", "138****0001", "a,b;c|d"]  # fmt: skip
    return (made * count)[:count]


# ---- equal to a sheet


@pytest.mark.parametrize("format", ["csv", "tsv", "xlsx"])
@pytest.mark.parametrize("title", ["", "2024年城乡低保对象名单"])
def test_the_same_verdicts_as_a_sheet(scanner: Scanner, people: pd.DataFrame, format: str, title: str) -> None:
    people["备注"] = remarks(40)
    people["性别"], people["年龄"] = "女", "12"
    if format == "xlsx":
        people["备注"] = people["备注"].str.replace(r"\s", " ", regex=True)  # there a break in a cell is a new paragraph
        data = io.BytesIO()
        people.to_excel(data, index=False)
        content = data.getvalue()
    else:
        content = people.to_csv(index=False, sep="," if format == "csv" else "\t", quoting=csv.QUOTE_MINIMAL).encode()
    name = f"a.{format}"
    (report,) = scanner.scan_many([(name, content)], pages={name: title} if title else None)
    frame = people.deident.scan(scanner=scanner, doc_type=report.doc_type or "unknown", title=title)
    assert sorted(zip(frame.kind, frame.action, frame.reason, strict=True)) == sorted(
        (f.kind, f.action, f.reason) for f in report.findings
    )
    if format != "xlsx":
        (masked, _) = scanner.mask_many([(name, content)])[0]
        again = pd.read_csv(io.BytesIO(masked or b""), sep="," if format == "csv" else "\t", dtype=str, keep_default_na=False)
        own = people.deident.mask(scanner=scanner, doc_type=report.doc_type or "unknown")
        if not title:
            pd.testing.assert_frame_equal(own, again, check_dtype=False)


def test_offsets_are_code_points_of_the_cell(scanner: Scanner) -> None:
    frame = pd.DataFrame({"姓名": ["𠮷一一", "陈二二"], "备注": ["𠮷先生，手机１３８０００００００１。", None]})
    found = frame.deident.scan(scanner=scanner)
    (mobile,) = found[found.kind == "mobile"].itertuples()
    assert frame.loc[mobile.row, mobile.column][mobile.start : mobile.end] == "１３８０００００００１"
    assert "value" not in found and not found.astype(str).apply("".join).str.contains("13800000001").any()


# ---- columns


def test_all_cells_of_a_column_of_numbers_are_masked(scanner: Scanner) -> None:
    own = random.Random(3)
    numbers = [resident_id(own) for _ in range(9)] + [BAD, ""]  # one that fails its check, one empty
    frame = pd.DataFrame({"x": numbers, "y": ["公文"] * 11})
    assert frame.deident.kinds(scanner=scanner).loc["x"].tolist() == ["resident_id", "id_number", "cells", 1.0]
    masked = frame.deident.mask(scanner=scanner)
    assert masked["x"].tolist() == ["52****************"] * 10 + [""]
    assert masked["y"].tolist() == frame["y"].tolist()


def test_kinds_say_how_they_were_told(scanner: Scanner, people: pd.DataFrame) -> None:
    people["备注"] = ["本人手机13800000001"] * 10 + [""] * 30
    people["码"] = people["身份证号"]
    kinds = people.deident.kinds(scanner=scanner)
    assert kinds.told.tolist() == ["header"] * 5 + ["", "found", "cells"]
    assert kinds.kind.tolist() == [
        "person_name",
        "resident_id",
        "mobile",
        "home_address",
        "bank_account",
        "",
        "mobile",
        "resident_id",
    ]
    assert kinds.loc["备注", "share"] == 1.0
    given = people.deident.kinds(scanner=scanner, kinds={"备注": "mobile"})
    assert given.loc["备注", "told"] == "given"


def test_a_column_is_treated_alike_in_all_parts(scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    """The numbers stand at the end: in the first parts no cell speaks for the kind, in the last ones all do."""
    own = random.Random(5)
    good, bad = [resident_id(own) for _ in range(700)], [BAD] * 300
    for order in (bad + good, good + bad):
        frame = pd.DataFrame({"x": order, "姓名": ["陈一一"] * 1000, "备注": ["公文"] * 1000})
        whole = frame.deident.mask(scanner=scanner)
        assert set(whole["x"]) == {"52****************"}
        with monkeypatch.context() as small:
            small.setattr(tables, "WHOLE", 4000)
            small.setattr(tables, "PART", 3000)
            pd.testing.assert_frame_equal(frame.deident.mask(scanner=scanner), whole)
            assert len(frame.deident.scan(scanner=scanner)) == 2000


def test_parts_may_not_decide_for_themselves(scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    """A third are numbers, all in one place: not enough for the column, though all cells of some parts are such."""
    own = random.Random(6)
    order = [resident_id(own) for _ in range(200)] + [BAD] * 3 + ["文号"] * 500
    frame = pd.DataFrame({"x": order, "备注": ["公文"] * len(order)})
    whole = frame.deident.scan(scanner=scanner)
    monkeypatch.setattr(tables, "WHOLE", 4000)
    monkeypatch.setattr(tables, "PART", 3000)
    pd.testing.assert_frame_equal(frame.deident.scan(scanner=scanner), whole)


def test_a_value_that_is_masked_stands_nowhere_else(scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pd.DataFrame(
        {
            "姓名": ["陈一一"] * 300,
            "账号": ["62220210019010315904"] * 300,
            "备注": ["公文"] * 299 + ["流水K62220210019010315904号"],
        }
    )
    for whole in (tables.WHOLE, 3000):
        monkeypatch.setattr(tables, "WHOLE", whole)
        monkeypatch.setattr(tables, "PART", 2000)
        masked = frame.deident.mask(scanner=scanner)
        assert not masked.astype(str).apply("".join, axis=1).str.contains("62220210019010315904").any()


# ---- dtypes


def test_dtypes_are_kept_where_they_can_hold_the_result(scanner: Scanner, people: pd.DataFrame) -> None:
    frame = pd.DataFrame({
        "姓名": people["姓名"].astype(object), "身份证号": people["身份证号"].astype("string"), "联系电话": people["联系电话"].astype("int64"),
        "家庭住址": people["家庭住址"].astype("category"), "银行卡号": people["银行卡号"].astype("string[pyarrow]"),
        "补贴金额": people["补贴金额"].astype(float), "出生日期": pd.Timestamp("1902-03-05"), "手机": pd.array(people["联系电话"].astype("int64"), "Int64"),
        "电话": people["联系电话"].astype(float), "人数": 3, "是": True, "登记": pd.Timestamp("2024-01-02", tz="Asia/Shanghai"),
    })  # fmt: skip
    frame.loc[3, ["手机", "电话"]] = pd.NA, np.nan
    masked = frame.deident.mask(scanner=scanner)
    for name in ("姓名", "身份证号", "银行卡号", "补贴金额", "人数", "是", "登记"):
        assert masked[name].dtype == frame[name].dtype, name
    assert isinstance(masked["家庭住址"].dtype, pd.CategoricalDtype) and set(masked["家庭住址"]) == {"青溪县马官镇***"}
    for name in ("联系电话", "手机", "电话"):
        assert masked[name].dropna().str.fullmatch(r"1\d\d\*{8}").all(), name
    assert masked["手机"].isna().tolist() == frame["手机"].isna().tolist() and masked["电话"].isna().sum() == 1
    assert set(masked["出生日期"]) == {"1902-**-**"}
    pd.testing.assert_frame_equal(masked[["补贴金额", "人数", "是", "登记"]], frame[["补贴金额", "人数", "是", "登记"]])


def test_objects_of_all_sorts(scanner: Scanner) -> None:
    cells: list[Any] = ["手机13800000001", b"\xe6\x89\x8b13800000002", 13800000003, ["手机13800000004", "甲"], ("乙", "13800000005"), None,
                        np.nan, pd.NA, pd.NaT, {"手机": "13800000006"}, date(2024, 1, 2), 1.5, True]  # fmt: skip
    frame = pd.DataFrame({"备注": pd.Series(cells, dtype=object), "手机": pd.Series(["1"] * len(cells))})
    masked = frame.deident.mask(scanner=scanner)["备注"].tolist()
    assert masked[0] == "手机138********" and masked[1] == "手138********".encode() and masked[2] == "138********"
    assert masked[3] == ["手机138********", "甲"] and masked[4] == ("乙", "138********")
    assert masked[9] == "手机：138********"
    for place in (5, 6, 7, 8, 10, 11, 12):
        assert masked[place] is cells[place]


# ---- labels and index


def test_labels_twice_and_in_two_levels(scanner: Scanner) -> None:
    twice = pd.DataFrame([["13800000001", "13800000002", "甲"]] * 3, columns=["手机", "手机", "手机"])
    assert twice.deident.mask(scanner=scanner).to_numpy().tolist() == [["138********", "138********", "甲"]] * 3
    levels = pd.MultiIndex.from_tuples([("申请人", "姓名"), ("申请人", "身份证号"), ("金额", "")], names=["a", "b"])
    frame = pd.DataFrame([["陈一一", "520102190103150000", 3]] * 3, columns=levels)
    masked = frame.deident.mask(scanner=scanner)
    assert masked.columns.equals(levels) and masked.columns.names == ["a", "b"]
    assert masked[("申请人", "身份证号")].tolist() == ["52****************"] * 3
    assert frame.deident.kinds(scanner=scanner).index.equals(levels)


def test_labels_without_words(scanner: Scanner) -> None:
    frame = pd.DataFrame([["手机13800000001", "2024年01月补贴", ""]] * 2, columns=[0, "2024年01月身份证号", ""])
    assert frame.deident.mask(scanner=scanner).iloc[:, 0].tolist() == ["手机138********"] * 2
    assert frame.deident.kinds(scanner=scanner).kind.tolist()[1] == "resident_id"


def test_a_row_of_words_is_no_header(scanner: Scanner) -> None:
    frame = pd.DataFrame({"身份证号": ["单位", BAD], "单位": ["姓名", "某单位"]})
    assert frame.deident.mask(scanner=scanner)["身份证号"].tolist() == ["单位", "52****************"]


def test_a_value_in_a_label_goes(scanner: Scanner) -> None:
    frame = pd.DataFrame({"手机13800000001": [1, 2], "b": [3, 4]})
    found = frame.deident.scan(scanner=scanner)
    assert found[["place", "row", "start", "end"]].to_numpy().tolist() == [["label", -1, 2, 13]]
    assert found.column[0] == "手机138********" and list(frame.deident.mask(scanner=scanner)) == ["手机138********", "b"]


def test_the_index_stays_and_is_said(scanner: Scanner, people: pd.DataFrame) -> None:
    frame = people.set_index("身份证号")
    found = frame.deident.scan(scanner=scanner)
    assert (found.place == "index").sum() == 40
    with pytest.warns(Unmasked, match="40 values"):
        masked = frame.deident.mask(scanner=scanner)
    assert masked.index.equals(frame.index)
    shuffled = people.sample(frac=1, random_state=2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert shuffled.deident.mask(scanner=scanner).index.equals(shuffled.index)
    by_place = people.set_index(pd.MultiIndex.from_arrays([people["姓名"], people["联系电话"]], names=["姓名", "联系电话"]))[
        ["补贴金额"]
    ]
    with pytest.warns(Unmasked):
        pd.testing.assert_frame_equal(by_place.deident.mask(scanner=scanner), by_place)


def test_attributes_of_the_frame(scanner: Scanner, people: pd.DataFrame) -> None:
    people.attrs = {"手机": "13800000001", "来源": "民政局", "n": 3}
    assert people.deident.mask(scanner=scanner).attrs == {"手机": "138********", "来源": "民政局", "n": 3}


# ---- options


def test_options(scanner: Scanner, people: pd.DataFrame) -> None:
    some = people.deident.mask(scanner=scanner, columns=["联系电话"])
    assert (some["联系电话"].str.contains("*", regex=False)).all()
    pd.testing.assert_frame_equal(some.drop(columns="联系电话"), people.drop(columns="联系电话"))
    assert set(people.deident.scan(scanner=scanner, columns=["联系电话"]).column) == {"联系电话"}
    plain = people[["姓名", "身份证号"]]
    debtors = plain.deident.scan(scanner=scanner, doc_type="dishonest_debtor")
    assert set(debtors[debtors.column == "身份证号"].action) == {"keep"}
    assert set(plain.deident.scan(scanner=scanner).query("column == '身份证号'").action) == {"mask"}
    by_title = plain.deident.scan(scanner=scanner, title="失信被执行人名单")
    assert set(by_title[by_title.column == "身份证号"].action) == {"keep"}
    for wrong in ({"columns": ["x"]}, {"kinds": {"姓名": "x"}}, {"doc_type": "x"}, {"colums": []}):
        with pytest.raises(InputError):
            people.deident.mask(scanner=scanner, **wrong)


def test_tags_say_which_values_are_the_same(people: pd.DataFrame) -> None:
    found = pd.DataFrame({"手机": ["13800000001", "138 0000 0001", "13800000002"]}).deident.scan(
        scanner=Scanner(ner=False, key=b"k")
    )
    assert found.tag[0] == found.tag[1] != found.tag[2]


def test_series(scanner: Scanner) -> None:
    series = pd.Series(["520102190103150000", None, "520102190103150001"], name="身份证号", index=[5, 6, 7])
    masked = series.deident.mask(scanner=scanner)
    assert masked.index.equals(series.index) and masked.name == "身份证号" and masked.isna().tolist() == [False, True, False]
    assert masked[5] == "52****************"
    alone = series.iloc[2:].rename("x")
    assert alone.deident.mask(scanner=scanner).tolist() == alone.tolist()  # it fails its check, and nothing says what it is
    assert alone.rename(None).deident.mask(scanner=scanner, kind="resident_id").tolist()[0] == "52****************"
    assert series.deident.scan(scanner=scanner).row.tolist() == [0, 2]


@pytest.mark.parametrize(
    "frame", [pd.DataFrame(), pd.DataFrame({"身份证号": []}), pd.DataFrame(index=[1, 2]), pd.DataFrame({"手机": [None, None]})]
)
def test_empty_frames(scanner: Scanner, frame: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(frame.deident.mask(scanner=scanner), frame)
    assert not len(frame.deident.scan(scanner=scanner)) and len(frame.deident.kinds(scanner=scanner)) == frame.shape[1]


def test_many_columns(scanner: Scanner) -> None:
    frame = pd.DataFrame(
        {f"2024年{n}月补贴发放金额情况说明": ["3"] * 2 for n in range(500)} | {"身份证号": ["520102190103150000"] * 2}
    )
    assert frame.deident.mask(scanner=scanner)["身份证号"].tolist() == ["52****************"] * 2


# ---- laws


CELLS = st.one_of(
    st.sampled_from(["13800000001", "手机13800000001", "52010219010315904X", "陈一一", "青溪县马官镇余官村7号", "0851-85550101", "", "无", "a@example.com"]),
    st.text(max_size=20), st.none(), st.integers(0, 10**18), st.floats(allow_nan=True),
)  # fmt: skip


def test_the_end_of_a_row_and_the_beginning_of_the_next_stay_apart(scanner: Scanner) -> None:
    frame = pd.DataFrame({"姓名": ["13800000001"] * 2, "银行卡号": ["13800000001", None]})
    masked = frame.deident.mask(scanner=scanner, doc_type="unknown").fillna("")
    assert len(masked) == 2 and masked.loc[0, "银行卡号"].startswith("***")
    assert masked.loc[1, "姓名"] == "***********"  # the same number once more


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_laws(scanner: Scanner, data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from([*HEAD, "x", "备注", "出生日期"]), min_size=1, max_size=4))
    count = data.draw(st.integers(0, 6))
    cells = [data.draw(st.lists(CELLS, min_size=count, max_size=count)) for _ in names]
    frame = pd.concat([pd.Series(column, dtype=object) for column in cells], axis=1)
    frame.columns = pd.Index(names)
    before = frame.copy(deep=True)
    masked = frame.deident.mask(scanner=scanner, doc_type="unknown")
    pd.testing.assert_frame_equal(frame, before)
    assert masked.index.equals(frame.index) and list(masked.columns) == names
    found = frame.deident.scan(scanner=scanner, doc_type="unknown")
    for n in range(len(names)):
        for row in range(count):
            old, new = frame.iloc[row, n], masked.iloc[row, n]
            assert old is new or (isinstance(new, str) and "*" in new) or new == ""
    assert (found.end > found.start).all()
    pd.testing.assert_frame_equal(masked.deident.mask(scanner=scanner, doc_type="unknown"), masked)
    assert "mask" not in set(masked.deident.scan(scanner=scanner, doc_type="unknown").action)


def test_deident_alone_loads_no_host() -> None:
    told = "import sys, deident, deident.engine; print(sorted({'pandas','pyarrow','polars','duckdb'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("host", ["arrow", "polars", "duckdb", "parquet", "pandas"])
def test_a_missing_host_says_what_to_install(host: str) -> None:
    missing = {"arrow": "pyarrow", "parquet": "pyarrow"}.get(host, host)
    told = (
        f"import sys; sys.modules[{missing!r}] = None\nfrom deident.errors import MissingExtra\n"
        f"try:\n    import deident.integrations.{host}\nexcept MissingExtra as problem:\n    print(problem)"
    )
    run = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert f"pip install {missing}" in run.stdout


assert deident.integrations.pandas  # the import registers the accessor
