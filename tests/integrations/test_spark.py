"""Spark, the real thing in one process of Java; skipped aloud where pyspark or Java is missing."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from integrations.frames import HEAD, columns

from deident.engine import Scanner
from deident.errors import InputError
from deident.integrations import arrow

pa = pytest.importorskip("pyarrow")
pyspark = pytest.importorskip("pyspark", reason="pyspark is not installed (pip install pyspark): the Spark door is not tried")
if shutil.which("java") is None:
    pytest.skip("Java is not installed: the Spark door is not tried", allow_module_level=True)
from deident.integrations import spark as door  # noqa: E402

RULES = {"ner": False}
pytestmark = pytest.mark.filterwarnings("default")  # Spark and pandas warn about each other


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    root = str(Path(__file__).parents[2])
    os.environ["PYTHONPATH"] = os.pathsep.join([root, *sys.path])  # of the workers
    os.environ["PYSPARK_PYTHON"] = sys.executable
    made = (
        pyspark.sql.SparkSession.builder.master("local[2]").appName("deident")
        .config("spark.ui.enabled", "false").config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.execution.arrow.pyspark.enabled", "true").getOrCreate()
    )  # fmt: skip
    yield made
    made.stop()


def test_a_function_of_columns(session: Any) -> None:
    frame = session.createDataFrame(
        [("本人手机13800000001", "522524190103150001"), (None, None), ("监督电话：0851-85550101", "")], ["a", "b"]
    )
    rows = frame.select(door.mask_udf(settings=RULES)("a"), door.mask_udf("resident_id", settings=RULES)("b")).collect()
    assert [tuple(row) for row in rows] == [
        ("本人手机138********", "52****************"), (None, None), ("监督电话：0851-85550101", ""),
    ]  # fmt: skip


def test_a_frame(session: Any) -> None:
    table = pa.table(columns(500)).append_column("年份", pa.array([2024] * 500))
    frame = session.createDataFrame([tuple(row.values()) for row in table.to_pylist()], [*HEAD, "年份"]).repartition(3)
    masked = door.mask(frame.withColumn("银行卡号", frame["银行卡号"].cast("long")), settings=RULES)
    wanted = arrow.mask(table, scanner=Scanner(ner=False))
    assert dict(masked.dtypes)["年份"] == "bigint" and dict(masked.dtypes)["银行卡号"] == "string"
    key = [HEAD[0], HEAD[2], HEAD[5]]
    made = sorted((row.asDict() for row in masked.collect()), key=lambda row: [row[name] for name in key])
    assert made == sorted(wanted.to_pylist(), key=lambda row: [row[name] for name in key])


def test_settings_must_travel() -> None:
    with pytest.raises(InputError):
        door.mask_udf(settings={"policy": []})
