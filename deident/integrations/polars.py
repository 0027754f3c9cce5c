"""`import deident.integrations.polars` gives Polars frames, lazy frames, series and expressions a namespace `deident`.

    import deident.integrations.polars
    clean = df.deident.mask(title="2024年低保对象名单")
    df.with_columns(pl.col("备注").deident.mask(), pl.col("no").deident.mask(kind="resident_id"))

Frames are read like a sheet: headers and columns decide.  An expression is a table of one column, whose header is its name.  A lazy frame
must know its types before it is read: see `FrameNamespace.mask`.  Needs pyarrow, through which columns pass without a copy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from deident.errors import MissingExtra

try:
    import polars as pl
    import pyarrow as pa
except ImportError:
    raise MissingExtra("deident.integrations.polars needs polars and pyarrow: pip install polars pyarrow") from None

from deident.integrations import arrow
from deident.integrations.found import NAMES

FINDING = pl.Struct({
    "start": pl.Int64, "end": pl.Int64, "kind": pl.String, "category": pl.String, "action": pl.String, "reason": pl.String,
    "basis": pl.String, "score": pl.Float32, "tag": pl.String,
})  # fmt: skip


@pl.api.register_dataframe_namespace("deident")
class FrameNamespace:
    """`df.deident`; all methods take the options of `arrow.Shaped`: policy, scanner, title, doc_type, columns, kinds."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def kinds(self, **options: Any) -> pl.DataFrame:
        """One row a column: column, kind, category, told, share (see arrow.kinds)."""
        return _frame(arrow.kinds(_table(self._frame)[0], **options))

    def scan(self, **options: Any) -> pl.DataFrame:
        """One row a finding (see arrow.scan)."""
        return _frame(arrow.scan(_table(self._frame)[0], **options))

    def mask(self, **options: Any) -> pl.DataFrame:
        """A new frame with everything masked that the policy says to mask.  Columns keep their types where these hold text; an Enum in
        which something was masked becomes a Categorical, numbers and dates become strings."""
        return _masked(self._frame, lambda table: arrow.Shaped(table.schema, **options))


@pl.api.register_lazyframe_namespace("deident")
class LazyNamespace:
    """`lf.deident`."""

    def __init__(self, frame: pl.LazyFrame) -> None:
        self._frame = frame

    def mask(self, streaming: bool = False, **options: Any) -> pl.LazyFrame:
        """As of a frame, when it is collected.  Numbers and dates become strings in columns whose name (or `kinds`) announces a kind; where
        something would have to be masked in others, collecting raises Mistyped.  Names of columns stay.

        streaming   part by part, each about as large as the engine makes it: what the first one has settled holds for all
        """
        schema = self._frame.collect_schema()
        empty = _table(pl.DataFrame(schema=schema))[0]
        promised = arrow.announced(empty.schema, options.get("kinds") or (), options.get("scanner"))
        shapes: list[arrow.Shaped] = []

        def shape(table: Any) -> arrow.Shaped:
            if not shapes or not streaming:
                shapes[:] = [arrow.Shaped(table.schema, promised=promised, **options)]
            return shapes[0]

        types = {name: pl.String() if name in promised else type for name, type in schema.items()}

        def work(frame: pl.DataFrame) -> pl.DataFrame:
            return _named(_masked(frame, shape), list(types))

        return self._frame.map_batches(work, schema=types, streamable=streaming)


@pl.api.register_series_namespace("deident")
class SeriesNamespace:
    """`series.deident`: a table of one column, whose header is the name of the series."""

    def __init__(self, series: pl.Series) -> None:
        self._series = series

    def mask(self, kind: str | None = None, **options: Any) -> pl.Series:
        """A series of strings (or of what it was, if it held text); `kind`: id of the kind that it holds."""
        return _one(self._series, kind, options)

    def scan(self, kind: str | None = None, **options: Any) -> pl.Series:
        """For each cell the list of what was found in it (FINDING)."""
        return _findings(self._series, kind, options)


@pl.api.register_expr_namespace("deident")
class ExprNamespace:
    """`pl.col(…).deident`; the whole column is read at once."""

    def __init__(self, expr: pl.Expr) -> None:
        self._expr = expr

    def mask(self, kind: str | None = None, **options: Any) -> pl.Expr:
        """Strings with everything masked that the policy says to mask; `kind`: id of the kind that the column holds."""
        return self._expr.map_batches(lambda series: _one(series, kind, options).cast(pl.String), return_dtype=pl.String)

    def scan(self, kind: str | None = None, **options: Any) -> pl.Expr:
        """For each cell the list of what was found in it (FINDING)."""
        return self._expr.map_batches(lambda series: _findings(series, kind, options), return_dtype=pl.List(FINDING))


def _table(frame: pl.DataFrame) -> tuple[Any, list[str]]:
    """As Arrow; Enums as strings, Python objects left out (their names).  Then the names of the columns that are in it."""
    held = [name for name, type in frame.schema.items() if type != pl.Object]
    enums = [name for name in held if isinstance(frame.schema[name], pl.Enum)]
    return frame.select(held).with_columns(pl.col(enums).cast(pl.String)).to_arrow(), held


def _frame(table: Any) -> pl.DataFrame:
    made = pl.from_arrow(table)
    assert isinstance(made, pl.DataFrame)
    return made


def _masked(frame: pl.DataFrame, shape: Callable[[Any], arrow.Shaped]) -> pl.DataFrame:
    table, held = _table(frame)
    out = shape(table).masked(table)
    columns: list[pl.Series] = []
    place = {name: n for n, name in enumerate(held)}
    for series in frame.get_columns():
        n = place.get(series.name, -1)
        if n < 0 or (out.column(n).type == table.column(n).type and out.column(n).equals(table.column(n))):
            columns.append(series.alias(out.schema.names[n]) if n >= 0 else series)
            continue
        made = pl.from_arrow(pa.chunked_array(out.column(n)))
        assert isinstance(made, pl.Series)
        text = isinstance(series.dtype, pl.Categorical | pl.Enum)
        columns.append((made.cast(pl.Categorical) if text else made).alias(out.schema.names[n]))
    return pl.DataFrame(columns)


def _named(frame: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    return frame if frame.columns == names else frame.rename(dict(zip(frame.columns, names, strict=True)))


def _options(series: pl.Series, kind: str | None, options: dict[str, Any]) -> dict[str, Any]:
    return options if kind is None else options | {"kinds": {series.name: kind}}


def _one(series: pl.Series, kind: str | None, options: dict[str, Any]) -> pl.Series:
    own = _options(series, kind, options)
    made = _masked(series.to_frame(), lambda table: arrow.Shaped(table.schema, **own)).to_series()
    return made.alias(series.name)


def _findings(series: pl.Series, kind: str | None, options: dict[str, Any]) -> pl.Series:
    table, _ = _table(series.to_frame())
    found = _frame(arrow.scan(table, **_options(series, kind, options))).filter(pl.col("row") >= 0)
    rows = found.group_by("row", maintain_order=True).agg(pl.struct(list(NAMES)).alias("found"))
    every = pl.DataFrame({"row": pl.Series(range(len(series)), dtype=pl.Int64)}).join(
        rows, on="row", how="left", maintain_order="left"
    )
    return every["found"].fill_null([]).cast(pl.List(FINDING)).alias(series.name)
