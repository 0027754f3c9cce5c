"""Spark: a function for columns of text, and whole frames (`pip install pyspark pandas pyarrow`).

    from deident.integrations import spark as deident_spark
    df.withColumn("正文", deident_spark.mask_udf()("正文"))
    deident_spark.mask(df, title="2024年低保对象名单").write.parquet("公示")

Every Python worker builds its own scanner once, about a second.  A frame is read like a sheet, partition by partition: what a sample of
its first rows has settled about its columns holds in all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from deident.errors import InputError, MissingExtra

try:
    import pandas as pd
    import pyarrow as pa
    from pyspark.sql import DataFrame
    from pyspark.sql.functions import pandas_udf
    from pyspark.sql.pandas.types import to_arrow_schema
    from pyspark.sql.types import StringType, StructField, StructType
except ImportError:
    raise MissingExtra(
        "deident.integrations.spark needs pyspark, pandas and pyarrow: pip install pyspark pandas pyarrow"
    ) from None

from deident.engine import Scanner
from deident.engine.tabular import mask_texts
from deident.integrations import arrow
from deident.integrations.cells import Texts
from deident.integrations.tables import Reader

SAMPLE = 20_000  # rows


@cache
def _scanner(settings: tuple[tuple[str, Any], ...]) -> Scanner:
    """One scanner a process."""
    return Scanner(**dict(settings))


def _settings(settings: Mapping[str, Any] | None) -> tuple[tuple[str, Any], ...]:
    made = tuple(sorted((settings or {}).items()))
    try:
        hash(made)
    except TypeError:
        raise InputError("settings: values that a process can build a scanner from: texts, numbers, paths") from None
    return made


def mask_udf(kind: str | None = None, settings: Mapping[str, Any] | None = None) -> Any:
    """A pandas UDF from text to text.  Without `kind` each text is a document of its own; with it a cell of a column that holds this kind.

    settings   of the Scanner: policy, patterns, ner, key, …
    """
    own = _settings(settings)
    _scanner(own)  # a wrong setting is an error here, not on the workers

    def masked(series: pd.Series) -> pd.Series:
        there = series.notna()
        texts = [str(text) for text in series[there]]
        scanner = _scanner(own)
        if kind is None:
            new = mask_texts(scanner, texts)
        else:
            new = Reader([("",)], scanner, given={0: kind}).mask([Texts.of(texts)]).columns[0].strings()
        out = pd.Series([None] * len(series), index=series.index, dtype=object)
        out[there] = new
        return out

    masked.__annotations__ = {"series": pd.Series, "return": pd.Series}  # Spark reads the kind of function from them
    return pandas_udf(masked, StringType())


def mask(frame: DataFrame, settings: Mapping[str, Any] | None = None, **options: Any) -> DataFrame:
    """The frame with everything masked that the policy says to mask, when it is computed.

    Numbers and dates become strings in columns whose name (or kinds=) announces a kind; where something would have to be masked in others,
    the job fails with Mistyped.  Names of columns stay.

    settings   of the Scanner; options   title, doc_type, columns, kinds as in arrow.Shaped
    """
    own = _settings(settings)
    scanner = _scanner(own)
    schema = to_arrow_schema(frame.schema)
    promised = arrow.announced(schema, options.get("kinds") or (), scanner)
    sample = frame.limit(SAMPLE).toArrow()
    settled = arrow.Shaped(sample.schema, scanner=scanner, promised=promised, **options).settle(sample)
    names = frame.columns

    def work(batches: Iterator[Any]) -> Iterator[Any]:
        shape: arrow.Shaped | None = None
        for batch in batches:
            table = pa.Table.from_batches([batch])
            if shape is None:
                shape = arrow.Shaped(table.schema, scanner=_scanner(own), promised=promised, settled=settled, **options)
            yield from shape.masked(table).rename_columns(names).to_batches()

    fields = [StructField(f.name, StringType() if f.name in promised else f.dataType, f.nullable) for f in frame.schema.fields]
    return frame.mapInArrow(work, StructType(fields))


__all__ = ["mask", "mask_udf"]
