"""Arrow tables, record batches and readers of such batches: `kinds`, `scan`, `mask`.

    from deident.integrations import arrow
    clean = arrow.mask(table, title="2024年低保对象名单")

A table is read like a sheet: headers and columns decide.  Schema and metadata stay; strings of any layout, dictionaries, lists and structs
keep their types, numbers and dates become strings in a column in which something was masked.  A reader (`RecordBatchReader`) is masked
part by part: what its first ROWS rows have settled about its columns holds for all that follow.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deident.errors import InputError, MissingExtra, VerifyError

try:
    import pyarrow as pa
    import pyarrow.compute as pc
except ImportError:
    raise MissingExtra("deident.integrations.arrow needs pyarrow: pip install pyarrow") from None

from deident.engine import Scanner
from deident.engine.tabular import Settled, Tabular
from deident.integrations.cells import Texts
from deident.integrations.found import NAMES, Found, Unmasked
from deident.integrations.leaves import Leaf, leaves, rebuilt, written, written_type
from deident.integrations.metadata import masked_schema
from deident.integrations.tables import Reader, scanner_of

ROWS = 50_000  # of a part of a stream


class Mistyped(VerifyError):
    """Something must be masked in a column of numbers whose type was promised before; `column`: its name."""

    def __init__(self, column: str) -> None:
        self.column = column
        super().__init__(
            "something is to be masked in a column of numbers or dates whose label announces nothing, and its type was promised: "
            "cast it to string, or name its kind with kinds="
        )


class Shaped:
    """Tables of one schema, one after the other, with one Reader.

    policy, scanner   id of a policy, or a Scanner of one's own
    title, doc_type   of the publication, as in `deident.scan`
    columns           names of the columns that are scanned and masked; the others only stand beside them
    kinds             name → id of the kind that a column holds, where its name does not say it
    promised          None, or names of the columns that become strings whether something is masked in them or not, while all others
                      keep their types: for streams, whose types must be known before they are read
    settled           what a sample has settled elsewhere (`settle`)
    """

    def __init__(
        self, schema: Any, policy: str = "gov-publish", scanner: Scanner | None = None, title: str | None = None,
        doc_type: str | None = None, columns: Sequence[str] | None = None, kinds: Mapping[str, str] | None = None,
        promised: Collection[str] | None = None, settled: Settled | None = None,
    ) -> None:  # fmt: skip
        self.schema = schema
        for name in [*(columns or ()), *(kinds or ())]:
            if name not in schema.names:
                raise InputError("columns: a name is not one of the table's")
        self._columns, self._kinds = columns, kinds or {}
        self._scanner, self._title, self._type = scanner_of(policy, scanner), title, doc_type
        self._promised, self._settled = promised, settled
        self.reader: Reader | None = None
        self.changed: dict[str, int] = {}  # cells by column

    def read(self, table: Any) -> tuple[Reader, list[Texts], list[Any], list[list[Leaf]]]:
        """The reader, the texts for it, and of each column: the array in one piece, and its leaves."""
        arrays = [_whole(column) for column in table.columns]
        groups = [list(leaves((name,), array)) for name, array in zip(table.schema.names, arrays, strict=True)]
        texts = [leaf.texts for group in groups for leaf in group if leaf.texts is not None]
        if self.reader is None:
            self.reader = self._built(table.schema.names, groups)
            self.reader.settled = self._settled
        elif len(self.reader.labels) != len(texts):
            raise VerifyError("a part of the table holds data that is text no more: it was not handed out")
        return self.reader, texts, arrays, groups

    def _built(self, names: Sequence[str], groups: Sequence[Sequence[Leaf]]) -> Reader:
        read = [(name, leaf.label) for name, group in zip(names, groups, strict=True) for leaf in group if leaf.texts is not None]
        labels = [(".".join(label), *reversed(label)) if len(label) > 1 else label for _, label in read]
        chosen = [n for n, (name, _) in enumerate(read) if self._columns is None or name in self._columns]
        given = {n: self._kinds[name] for n, (name, _) in enumerate(read) if name in self._kinds}
        unread = sum(leaf.texts is None and not pa.types.is_null(leaf.array.type) for group in groups for leaf in group)
        if unread:
            warnings.warn(f"{unread} columns or fields hold no text: neither read nor masked", Unmasked, stacklevel=5)
        return Reader(labels, self._scanner, self._title, self._type, chosen, given)

    def settle(self, sample: Any) -> Settled | None:
        """What a sample says about the columns, for tables of the same schema that are masked elsewhere; None for an empty one."""
        reader, texts, *_ = self.read(sample)
        reader.scan(texts)
        return reader.settled

    def masked(self, table: Any) -> Any:
        """A table with everything masked that must go."""
        reader, texts, arrays, groups = self.read(table)
        masked = reader.mask(texts)
        made = zip(masked.columns, masked.changed, strict=True)
        columns = []
        for field, array, group in zip(table.schema, arrays, groups, strict=True):
            own = [next(made) if leaf.texts is not None else None for leaf in group]
            if count := sum(int(one[1].sum()) for one in own if one):
                self.changed[field.name] = self.changed.get(field.name, 0) + count
            columns.append(_column(array, group, own, self._promised is not None and field.name in self._promised))
            if self._promised is not None and field.name not in self._promised and columns[-1].type != array.type:
                raise Mistyped(field.name)
        return pa.table(columns, schema=self._schema(table.schema, [column.type for column in columns]))

    def _schema(self, old: Any, types: Sequence[Any]) -> Any:
        """The schema with these types, names and metadata masked."""
        names = self.names()
        fields = []
        for field, type, name in zip(old, types, names, strict=True):
            new = field.with_type(type).with_name(name)
            fields.append(new.with_metadata(masked_schema(field.metadata, {}, set(), self._scanner)) if field.metadata else new)
        strings = {field.name for field, type in zip(old, types, strict=True) if field.type != type}
        return pa.schema(fields, masked_schema(old.metadata, dict(zip(old.names, names, strict=True)), strings, self._scanner))

    def names(self) -> list[str]:
        """The names of the columns with the values in them masked."""
        wanted = self._columns
        new = self._scanner.mask_names(self.schema.names)
        return [b if wanted is None or a in wanted else a for a, b in zip(self.schema.names, new, strict=True)]


def kinds(table: Any, **options: Any) -> Any:
    """A table with one row a column (a field of a struct, the elements of a list): column, kind, category, how it was told (header, cells,
    beside, found, given), share of the filled cells that hold it.  Options: see Shaped."""
    table = _table(table)
    reader, texts, *_ = Shaped(table.schema, **options).read(table)
    told = reader.kinds(texts)
    return pa.table(
        {
            "column": pa.array(reader.masked_labels(), pa.string()), "kind": pa.array([one.kind for one in told], pa.string()),
            "category": pa.array([one.category for one in told], pa.string()),
            "told": pa.array([one.told for one in told], pa.string()), "share": pa.array([one.share for one in told], pa.float64()),
        }
    )  # fmt: skip


def scan(table: Any, **options: Any) -> Any:
    """A table with one row a finding, of a Table, RecordBatch or RecordBatchReader: row (-1: the column's name), column, start and end in
    code points of the cell, kind, category, action, reason, basis, score, tag; no values.  Options: see Shaped."""
    parts, before, shape = [], 0, None
    for part in _parts(table):
        shape = shape or Shaped(part.schema, **options)
        reader, texts, *_ = shape.read(part)
        parts.append(_findings(reader, reader.scan(texts), before))
        before += part.num_rows
    first, *rest = parts
    return pa.concat_tables([first, *(part.filter(pc.greater_equal(part["row"], 0)) for part in rest)])


def mask(table: Any, **options: Any) -> Any:
    """The same kind of thing (Table, RecordBatch, RecordBatchReader) with everything masked that the policy says to mask.  Options: see
    Shaped.  Raises VerifyError when something is still found afterwards."""
    if isinstance(table, pa.RecordBatchReader):
        return _stream(table, options)
    out = Shaped(table.schema, **options).masked(_table(table))
    if isinstance(table, pa.RecordBatch):
        return out.combine_chunks().to_batches()[0] if out.num_rows else pa.RecordBatch.from_pylist([], out.schema)
    return out


def announced(schema: Any, kinds: Collection[str] = (), scanner: Scanner | None = None) -> set[str]:
    """Names of the columns that hold no text, and whose name (or the caller) announces a kind: those that a stream makes strings."""
    tabular = Tabular(scanner_of("gov-publish", scanner))
    return {
        field.name for field in schema
        if written_type(field.type) != field.type and not pa.types.is_nested(field.type)
        and (field.name in kinds or tabular.read([field.name]).kind >= 0)
    }  # fmt: skip


def _stream(reader: Any, options: Mapping[str, Any]) -> Any:
    promised = announced(reader.schema, options.get("kinds") or (), options.get("scanner"))
    parts = _parts(reader)
    shape = Shaped(reader.schema, promised=promised, **options)
    first = shape.masked(next(parts))

    def batches() -> Iterator[Any]:
        yield from first.to_batches()
        for part in parts:
            yield from shape.masked(part).cast(first.schema).to_batches()

    return pa.RecordBatchReader.from_batches(first.schema, batches())


def _parts(table: Any) -> Iterator[Any]:
    """A table as it is; a reader in parts of some ROWS, at least one."""
    if not isinstance(table, pa.RecordBatchReader):
        yield _table(table)
        return
    waiting: list[Any] = []
    rows, none = 0, True
    for batch in table:
        waiting.append(batch)
        rows += batch.num_rows
        if rows >= ROWS:
            yield pa.Table.from_batches(waiting, table.schema)
            waiting, rows, none = [], 0, False
    if waiting or none:
        yield pa.Table.from_batches(waiting, table.schema)


def _table(table: Any) -> Any:
    return pa.Table.from_batches([table]) if isinstance(table, pa.RecordBatch) else table


def _whole(column: Any) -> Any:
    """A column in one piece."""
    if column.num_chunks == 1:
        return column.chunk(0)
    whole = column.combine_chunks()
    return whole.combine_chunks() if isinstance(whole, pa.ChunkedArray) else whole


def _column(array: Any, group: Sequence[Leaf], made: Sequence[tuple[Texts, NDArray[np.bool_]] | None], promised: bool) -> Any:
    """The array with its masked leaves; the very same one where none of them has changed."""
    new = []
    for leaf, own in zip(group, made, strict=True):
        wanted = own is not None and (own[1].any() or (promised and written_type(leaf.array.type) != leaf.array.type))
        new.append(written(leaf, own[0]) if own is not None and wanted else leaf.array)
    return array if all(one is leaf.array for one, leaf in zip(new, group, strict=True)) else rebuilt(array, iter(new))


def _findings(reader: Reader, found: Found, before: int) -> Any:
    names = np.array([*reader.masked_labels(), ""], object)
    columns = found.columns()
    texts = {name: pa.array(columns[name], pa.string()) for name in NAMES if name not in ("start", "end", "score")}
    ordered = {
        "row": pa.array(np.where(found.row < 0, -1, found.row + before)), "column": pa.array(names[found.column], pa.string()),
        "start": pa.array(columns["start"]), "end": pa.array(columns["end"]),
    }  # fmt: skip
    for name in NAMES[2:]:
        ordered[name] = pa.array(columns["score"]) if name == "score" else texts[name]
    return pa.table(ordered)


__all__ = ["Mistyped", "Shaped", "announced", "kinds", "mask", "scan"]
