"""Arrow tables: every layout of text, what is nested, readers; exact where nothing is masked."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from integrations.frames import HEAD, columns

from deident.engine import Scanner
from deident.errors import InputError
from deident.integrations.found import Unmasked

pa = pytest.importorskip("pyarrow")
from deident.integrations import arrow  # noqa: E402  needs pyarrow

STARS = "138********"


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner(ner=False)


def one(array: Any, name: str = "手机") -> Any:
    return pa.table({name: array})


LAYOUTS = [
    pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string()), pa.dictionary(pa.int32(), pa.large_string()),
    pa.binary(), pa.large_binary(),
]  # fmt: skip


@pytest.mark.parametrize("type", LAYOUTS, ids=str)
def test_layouts_of_text(scanner: Scanner, type: Any) -> None:
    cells = ["13800000001", None, "", "无", "手机13800000001"]
    plain = pa.array(cells, type.value_type if pa.types.is_dictionary(type) else type)
    array = plain.dictionary_encode().cast(type) if pa.types.is_dictionary(type) else plain
    chunked = pa.chunked_array([array.slice(1), array.slice(0, 1), array.slice(2, 0)])
    masked = arrow.mask(pa.table({"手机": chunked}), scanner=scanner)
    assert masked.schema.types == [type]
    masked.validate(full=True)
    shown = [cell.decode() if isinstance(cell, bytes) else cell for cell in masked["手机"].to_pylist()]
    assert shown == [None, "", "无", "手机" + STARS, STARS]
    assert arrow.mask(masked, scanner=scanner).equals(masked)


@pytest.mark.parametrize(
    ("cells", "type", "shown"),
    [
        ([13800000001, None, 5], pa.int64(), [STARS, None, "5"]),
        ([13800000001.0, None, 0.5], pa.float64(), [STARS, None, "0.5"]),
        ([Decimal("13800000001.00"), None, Decimal("0.50")], pa.decimal128(20, 2), [None, None, None]),
    ],
)
def test_numbers_become_strings_where_something_is_masked(scanner: Scanner, cells: Any, type: Any, shown: Any) -> None:
    masked = arrow.mask(one(pa.array(cells, type)), scanner=scanner)
    if shown[0] is not None:
        assert masked.schema.types == [pa.string()] and masked["手机"].to_pylist() == shown
    untouched = one(pa.array(cells, type), "面积").slice(2)
    assert arrow.mask(untouched, scanner=scanner).equals(untouched)


def test_dates(scanner: Scanner) -> None:
    table = pa.table({"出生日期": [date(1902, 3, 5)], "生日": [datetime(1902, 3, 5)], "发布时间": [datetime(2024, 3, 5, 10, 20)]})
    masked = arrow.mask(table, scanner=scanner)
    assert masked.slice(0, 1).to_pylist()[0] | {"发布时间": 0} == {"出生日期": "1902-**-**", "生日": "1902-**-**", "发布时间": 0}
    assert masked["发布时间"].equals(table["发布时间"])


NESTED = {
    "list": (pa.list_(pa.string()), [["13800000001", None, "甲"], None, [], ["手机13800000001"]], [[STARS, None, "甲"], None, [], ["手机" + STARS]]),
    "large_list": (pa.large_list(pa.large_string()), [["13800000001"], None, []], [[STARS], None, []]),
    "fixed": (pa.list_(pa.string(), 2), [["13800000001", "x"], None, ["", None]], [[STARS, "x"], None, ["", None]]),
    "struct": (
        pa.struct([("姓名", pa.string()), ("手机", pa.string()), ("n", pa.int32())]),
        [{"姓名": "公文", "手机": "13800000001", "n": 1}, None, {"姓名": None, "手机": None, "n": None}],
        [{"姓名": "公文", "手机": STARS, "n": 1}, None, {"姓名": None, "手机": None, "n": None}],
    ),
    "map": (pa.map_(pa.string(), pa.string()), [[("手机", "13800000001")], None, []], [[("手机", STARS)], None, []]),
    "deep": (
        pa.list_(pa.struct([("手机", pa.list_(pa.string()))])),
        [[{"手机": ["13800000001", "甲"]}, {"手机": []}, {"手机": None}], [], [{"手机": ["13800000002"]}]],
        [[{"手机": [STARS, "甲"]}, {"手机": []}, {"手机": None}], [], [{"手机": [STARS]}]],
    ),
}  # fmt: skip


@pytest.mark.parametrize("shape", NESTED)
def test_nested(scanner: Scanner, shape: str) -> None:
    type, cells, wanted = NESTED[shape]
    table = pa.table({"手机": pa.array(cells, type), "备注": pa.array(["公文"] * len(cells))})
    masked = arrow.mask(table, scanner=scanner)
    masked.validate(full=True)
    assert masked["手机"].to_pylist() == wanted and masked.schema.types == table.schema.types
    assert arrow.mask(table.slice(1), scanner=scanner)["手机"].to_pylist() == wanted[1:]
    assert arrow.mask(masked, scanner=scanner).equals(masked)


def test_what_is_no_text_is_said(scanner: Scanner) -> None:
    table = pa.table({"照片": pa.array([b"\xff\xd8"]), "手机": ["13800000001"], "空": pa.nulls(1)})
    with pytest.warns(Unmasked, match="^1 columns"):
        masked = arrow.mask(table, scanner=scanner)
    assert masked["照片"].to_pylist() == [b"\xff\xd8"] and masked["手机"].to_pylist() == [STARS]


def test_schema_and_metadata(scanner: Scanner) -> None:
    fields = [pa.field("手机", pa.int64(), metadata={"来源": "登记表"}), pa.field("备注13800000002", pa.string(), nullable=False)]
    made = pa.schema(fields, {"来源": "民政局", "联系人": "手机13800000003", "json": json.dumps({"手机": "13800000004", "n": 1})})
    table = pa.table([[13800000001], ["公文"]], schema=made)
    masked = arrow.mask(table, scanner=scanner)
    assert masked.schema.names == ["手机", "备注" + STARS]
    assert masked.schema.field(0).metadata == {"来源".encode(): "登记表".encode()} and not masked.schema.field(1).nullable
    assert masked.schema.metadata[b"json"] == json.dumps({"手机": STARS, "n": 1}, ensure_ascii=False).encode()
    assert masked.schema.metadata["联系人".encode()] == ("手机" + STARS).encode()
    frame = pd.DataFrame({"手机": [13800000001], "x": [1.5]}, index=pd.Index([7], name="号"))
    again = arrow.mask(pa.Table.from_pandas(frame), scanner=scanner).to_pandas()
    assert again.index.name == "号" and again.loc[7, "手机"] == STARS and str(again.dtypes["x"]) == "float64"


def test_batches_and_readers(scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    table = pa.table(columns(90)).append_column("编号", pa.array(range(90)))
    whole = arrow.mask(table, scanner=scanner)
    batch = table.to_batches()[0]
    assert isinstance(arrow.mask(batch, scanner=scanner), pa.RecordBatch)
    assert pa.Table.from_batches([arrow.mask(batch, scanner=scanner)]).equals(whole)
    monkeypatch.setattr(arrow, "ROWS", 20)
    stream = arrow.mask(pa.RecordBatchReader.from_batches(table.schema, table.to_batches(7)), scanner=scanner)
    assert isinstance(stream, pa.RecordBatchReader) and stream.read_all().equals(whole)
    found = arrow.scan(pa.RecordBatchReader.from_batches(table.schema, table.to_batches(7)), scanner=scanner)
    assert found.sort_by([("row", "ascending"), ("column", "ascending"), ("start", "ascending")]).equals(
        arrow.scan(table, scanner=scanner).sort_by([("row", "ascending"), ("column", "ascending"), ("start", "ascending")])
    )


def test_a_stream_keeps_its_promise(scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow, "ROWS", 2)
    late = pa.table({"数": [1, 2, 13800000001], "手机": pa.array([None, None, 13800000002])})
    batches = late.to_batches(2)
    with pytest.raises(arrow.Mistyped):
        arrow.mask(pa.RecordBatchReader.from_batches(late.schema, batches), scanner=scanner).read_all()
    named = arrow.mask(pa.RecordBatchReader.from_batches(late.schema, batches), scanner=scanner, kinds={"数": "mobile"})
    assert named.schema.types == [pa.string(), pa.string()]
    assert named.read_all().to_pylist()[2] == {"数": STARS, "手机": STARS}


def test_findings_hold_no_value(scanner: Scanner) -> None:
    table = pa.table(columns(20))
    told = json.dumps(arrow.scan(table, scanner=scanner).to_pylist(), ensure_ascii=False)
    for name in HEAD[:5]:
        assert not any(value in told for value in table[name].to_pylist()), name


def test_unknown_names(scanner: Scanner) -> None:
    with pytest.raises(InputError):
        arrow.scan(pa.table({"a": ["b"]}), scanner=scanner, columns=["x"])


def test_empty(scanner: Scanner) -> None:
    for table in (
        pa.table({}),
        pa.table({"手机": pa.array([], pa.string())}),
        pa.table({"手机": pa.chunked_array([], pa.string())}),
    ):
        assert arrow.mask(table, scanner=scanner).equals(table) and not arrow.scan(table, scanner=scanner).num_rows
        assert arrow.kinds(table, scanner=scanner).num_rows == table.num_columns


VALUES = st.sampled_from(
    ["13800000001", "手机13800000001", "52010219010315904X", "陈一一", "公文", "", "、", "\x00\t\n", "ａ１３８０００００００１"]
)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_laws(scanner: Scanner, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, 5))
    rows = [
        data.draw(st.lists(st.none() | kind, min_size=count, max_size=count))
        for kind in (
            VALUES,
            st.lists(st.none() | VALUES, max_size=3),
            st.lists(st.lists(VALUES, max_size=2) | st.none(), max_size=2),
        )
    ]
    types = (pa.string(), pa.list_(pa.string()), pa.list_(pa.list_(pa.string())))
    table = pa.table({name: pa.array(cells, type) for name, cells, type in zip(("备注", "手机", "x"), rows, types, strict=True)})
    masked = arrow.mask(table, scanner=scanner, doc_type="unknown")
    masked.validate(full=True)
    assert masked.schema.equals(table.schema) and masked.num_rows == count
    assert arrow.mask(masked, scanner=scanner, doc_type="unknown").equals(masked)
    assert "mask" not in arrow.scan(masked, scanner=scanner, doc_type="unknown")["action"].to_pylist()
    assert "13800000001" not in str(masked.to_pylist())

    def shape(cell: Any) -> Any:
        return [shape(one) for one in cell] if isinstance(cell, list) else cell is None

    assert [shape(list(row.values())) for row in masked.to_pylist()] == [shape(list(row.values())) for row in table.to_pylist()]
