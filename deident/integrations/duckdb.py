"""DuckDB: functions for SQL, and whole relations.

    from deident.integrations import duckdb as deident_duckdb
    deident_duckdb.register(con)
    con.sql("COPY (SELECT deident_mask(正文) AS 正文, deident_mask_as(证号, 'resident_id') AS 证号 FROM 'a.parquet') TO 'b.csv'")
    con.sql("CREATE TABLE clean AS SELECT * FROM masked")        -- masked = deident_duckdb.mask(con.sql("FROM 'a.csv'"))

deident_mask(text)            the text masked: a document of its own, as in `deident.mask`
deident_mask_as(text, kind)   a cell of a column that holds such a kind, as under the header of a sheet
deident_kinds(text)           ids of the kinds found in the text that are to be masked or reviewed, each once

A function sees one column; `mask(relation)` reads headers and rows like a sheet, which finds more.  DuckDB hands the functions some two
thousand rows at a time, from several threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from deident.errors import MissingExtra

try:
    import duckdb
    import pyarrow as pa
    import pyarrow.compute as pc
except ImportError:
    raise MissingExtra("deident.integrations.duckdb needs duckdb and pyarrow: pip install duckdb pyarrow") from None

from deident.engine import Scanner
from deident.engine.tabular import mask_texts
from deident.integrations import arrow
from deident.integrations.leaves import strings
from deident.integrations.tables import Reader, scanner_of
from deident.model import KEEP

FUNCTIONS = ("deident_mask", "deident_mask_as", "deident_kinds")


def register(con: duckdb.DuckDBPyConnection, policy: str = "gov-publish", scanner: Scanner | None = None) -> None:
    """Make the functions known to a connection; what an earlier call has registered is replaced."""
    own = scanner_of(policy, scanner)
    texts: Any = duckdb.sqltype("VARCHAR")
    make: Any = con.create_function
    for name in FUNCTIONS:
        try:
            con.remove_function(name)
        except duckdb.Error:
            pass

    def masked(column: Any) -> Any:
        return pa.array(mask_texts(own, strings(_whole(column)).strings()), pa.string())

    def masked_as(column: Any, kinds: Any) -> Any:
        column, kinds = _whole(column), _whole(kinds)
        out = np.empty(len(column), object)
        for kind in pc.unique(kinds).to_pylist():
            rows = np.flatnonzero(np.asarray(pc.equal(kinds, kind)))
            cells = strings(column.take(pa.array(rows)))
            out[rows] = Reader([("",)], own, given={0: kind}).mask([cells]).columns[0].strings()
        return pa.array(out.tolist(), pa.string())

    def found(column: Any) -> Any:
        findings = own.scan_texts(strings(_whole(column)).strings())
        kinds: list[dict[str, None]] = [{} for _ in range(len(column))]
        for text, kind, action in zip(findings.text.tolist(), findings.kind.tolist(), findings.action.tolist(), strict=True):
            if action != KEEP:
                kinds[text][findings.kinds[kind].id] = None
        return pa.array([list(one) for one in kinds], pa.list_(pa.string()))

    make("deident_mask", masked, [texts], texts, type="arrow")
    make("deident_mask_as", masked_as, [texts, texts], texts, type="arrow")
    make("deident_kinds", found, [texts], duckdb.list_type(texts), type="arrow")


def kinds(relation: duckdb.DuckDBPyRelation, **options: Any) -> Any:
    """What each column holds, as an Arrow table (see arrow.kinds)."""
    return arrow.kinds(_reader(relation).read_all(), **options)


def scan(relation: duckdb.DuckDBPyRelation, **options: Any) -> Any:
    """Findings of a relation as an Arrow table (see arrow.scan)."""
    return arrow.scan(_reader(relation), **options)


def mask(relation: duckdb.DuckDBPyRelation, **options: Any) -> Any:
    """A relation's rows, masked like a sheet: an Arrow reader, which DuckDB reads as a table by the name of its variable, once."""
    return arrow.mask(_reader(relation), **options)


def _reader(relation: Any) -> Any:
    """Rows as a stream; before DuckDB 2 under its older name."""
    return getattr(relation, "to_arrow_reader", relation.fetch_record_batch)(arrow.ROWS)


def _whole(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


__all__ = ["kinds", "mask", "register", "scan"]
