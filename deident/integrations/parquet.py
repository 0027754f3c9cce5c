"""Parquet files: `kinds`, `scan` and `mask`, row group by row group, so that memory is bounded by the largest of them.

    from deident.integrations import parquet
    parquet.mask("低保.parquet", "公示.parquet", title="2024年低保对象名单")

The masked file has the row groups, codecs and column order of the old one; pages, dictionaries, statistics and indexes are written anew
and hold nothing of it.  Key-value metadata is masked, too; pandas' own is adapted to what has changed.  The file appears when it is complete.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from deident.errors import InputError, MissingExtra, OutputError

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError:
    raise MissingExtra("deident.integrations.parquet needs pyarrow: pip install pyarrow") from None

from deident.integrations import arrow

_CODECS = {"UNCOMPRESSED": "NONE", "LZ4_RAW": "LZ4"}


def kinds(path: str | Path, **options: Any) -> Any:
    """What each column holds, told from the first row group, as an Arrow table (see arrow.kinds)."""
    with _opened(path) as file:
        first = file.read_row_group(0) if file.num_row_groups else file.schema_arrow.empty_table()
        return arrow.kinds(first, **options)


def scan(path: str | Path, **options: Any) -> Any:
    """Findings as an Arrow table (see arrow.scan); rows count through the whole file."""
    with _opened(path) as file:
        batches = file.iter_batches(arrow.ROWS)
        return arrow.scan(pa.RecordBatchReader.from_batches(file.schema_arrow, batches), **options)


def mask(source: str | Path, target: str | Path, **options: Any) -> dict[str, int]:
    """Write a masked copy, and give how many cells of each column have changed.  Raises InputError, OutputError, VerifyError.

    Numbers and dates become strings in columns whose name (or kinds=) announces a kind, and where something has to be masked.
    """
    part = Path(target).with_name(Path(target).name + ".part")
    with _opened(source) as file:
        promised = arrow.announced(file.schema_arrow, options.get("kinds") or (), options.get("scanner"))
        try:
            while True:
                try:
                    changed = _written(file, part, promised, options)
                    break
                except arrow.Mistyped as late:  # only now it shows: begun again with this column as strings
                    promised.add(late.column)
            os.replace(part, target)
        except OSError as problem:
            if isinstance(problem, pa.ArrowInvalid):
                raise InputError(f"{source}: cannot be read as Parquet") from None
            raise OutputError(f"{target}: cannot be written ({problem.strerror}); free space or choose another place") from None
        finally:
            part.unlink(missing_ok=True)
    return changed


def _written(file: Any, part: Path, promised: set[str], options: Mapping[str, Any]) -> dict[str, int]:
    shape = arrow.Shaped(file.schema_arrow, promised=promised, **options)
    writer = None
    try:
        for group in _groups(file):
            masked = [shape.masked(table) for table in group]
            table = pa.concat_tables([masked[0], *(one.cast(masked[0].schema) for one in masked[1:])])
            if writer is None:
                schema = table.schema
                writer = pq.ParquetWriter(part, schema, compression=_codecs(file), write_page_index=True)
            writer.write_table(table.cast(schema), row_group_size=max(table.num_rows, 1))
    finally:
        if writer is not None:
            writer.close()
    return shape.changed


def _groups(file: Any) -> Iterator[Iterator[Any]]:
    """Tables of some rows, row group by row group; one without rows for a file that has none."""
    if not file.num_row_groups:
        yield iter([file.schema_arrow.empty_table()])
    for number in range(file.num_row_groups):
        batches = list(file.iter_batches(arrow.ROWS, row_groups=[number]))
        yield (pa.Table.from_batches(part, file.schema_arrow) for part in [[batch] for batch in batches] or [[]])


def _codecs(file: Any) -> Any:
    """The codec of each column, as in the first row group."""
    if not file.num_row_groups:
        return "snappy"
    group = file.metadata.row_group(0)
    columns = [group.column(n) for n in range(group.num_columns)]
    names = {_CODECS.get(column.compression, column.compression) for column in columns}
    if len(names) == 1:
        return names.pop()
    return {column.path_in_schema: _CODECS.get(column.compression, column.compression) for column in columns}


def _opened(path: str | Path) -> Any:
    try:
        return pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as problem:
        raise InputError(f"{path}: cannot be read as Parquet ({type(problem).__name__})") from None


__all__ = ["kinds", "mask", "scan"]
