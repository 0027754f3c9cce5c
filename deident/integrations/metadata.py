"""What stands beside the cells: key-value metadata of schemas and files, attributes of frames.  JSON is masked value by value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from deident.engine import Scanner
from deident.engine.tabular import mask_texts


def masked(value: Any, scanner: Scanner, key: str = "") -> Any:
    """A value of JSON with everything masked that must go; `key`: what it stands under, which tells what it is.  Objects of other types
    stay as they are."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str | int | float):
        text = str(value)
        lead = f"{key}：" if key else ""
        new = mask_texts(scanner, [lead + text])[0]
        if not new.startswith(lead):  # something over both: the value by itself
            new, lead = mask_texts(scanner, [text])[0], ""
        return value if new == lead + text else new[len(lead) :]
    if isinstance(value, list | tuple):
        return type(value)([masked(one, scanner, key) for one in value])
    if isinstance(value, dict):
        return {
            mask_texts(scanner, [name])[0] if isinstance(name, str) else name: masked(one, scanner, name if isinstance(name, str) else "")
            for name, one in value.items()
        }  # fmt: skip
    return value


def masked_schema(metadata: Mapping[bytes, bytes] | None, names: Mapping[str, str], changed: set[str], scanner: Scanner) -> Any:
    """Key-value metadata of an Arrow schema or Parquet file.  What pandas notes there gets the new `names` (old → new), and the types of
    the columns `changed` into strings."""
    if not metadata:
        return metadata
    out = {}
    for key, value in metadata.items():
        if key == b"ARROW:schema":
            continue  # the old schema; a writer makes its own
        try:
            told = json.loads(value)
        except ValueError:
            out[key] = masked(value.decode("utf-8", "replace"), scanner, key.decode("utf-8", "replace")).encode()
            continue
        made = _noted(told, names, changed, scanner) if key == b"pandas" and isinstance(told, dict) else masked(told, scanner)
        out[key] = value if made == told else json.dumps(made, ensure_ascii=False).encode()
    return out


def _noted(told: dict[str, Any], names: Mapping[str, str], changed: set[str], scanner: Scanner) -> dict[str, Any]:
    columns = []
    for column in told.get("columns", []):
        field = column.get("field_name")
        new = names.get(field, field)
        more = {"pandas_type": "unicode", "numpy_type": "object", "metadata": None} if field in changed else {}
        columns.append(column | more | {"field_name": new} | ({"name": new} if column.get("name") == field else {}))
    index = [names.get(one, one) if isinstance(one, str) else one for one in told.get("index_columns", [])]
    attributes = masked(told.get("attributes") or {}, scanner)
    return told | {"columns": columns, "index_columns": index} | ({"attributes": attributes} if "attributes" in told else {})
