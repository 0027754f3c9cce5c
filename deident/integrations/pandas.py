"""`import deident.integrations.pandas` gives every pandas DataFrame and Series an accessor `deident`: `kinds`, `scan`, `mask`.

    import deident.integrations.pandas
    clean = df.deident.mask(title="2024年低保对象名单")

A frame is read like a sheet: headers and columns decide.  `scan` says where something is (position of the row, label of the column, code
points in the cell) and holds no value.  `mask` gives a new frame; the index stays as it is, and a warning says so where it holds something.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Hashable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from deident.errors import InputError, MissingExtra

try:
    import pandas as pd
except ImportError:  # pragma: no cover
    raise MissingExtra("deident.integrations.pandas needs pandas: pip install pandas") from None

from deident.engine import Scanner
from deident.integrations.cells import INNER, Texts
from deident.integrations.found import NAMES, Found, Masked, Unmasked
from deident.integrations.metadata import masked as attributes
from deident.integrations.numerals import number
from deident.integrations.tables import Reader, scanner_of

__all__ = ["FrameAccessor", "SeriesAccessor"]


@pd.api.extensions.register_dataframe_accessor("deident")
class FrameAccessor:
    """`df.deident`.  All methods take

    policy, scanner   id of a policy, or a Scanner of one's own
    title, doc_type   of the publication, as in `deident.scan`
    columns           labels of the columns that are scanned and masked; the others only stand beside them
    kinds             label → id of the kind that a column holds, where its label does not say it
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    def kinds(self, **options: Any) -> pd.DataFrame:
        """One row a column: kind, category, how it was told (header, cells, beside, found, given), share of filled cells that hold it."""
        table = _Table(self._frame, options, index=False)
        told = table.reader.kinds(table.texts)
        return pd.DataFrame(
            {
                "kind": [one.kind for one in told], "category": [one.category for one in told],
                "told": [one.told for one in told], "share": [one.share for one in told],
            },
            index=self._frame.columns,
        )  # fmt: skip

    def scan(self, **options: Any) -> pd.DataFrame:
        """One row a finding: place ("cell", "index" or "label"), position of the row (-1: label), column, code points start and end in
        the cell, kind, category, action, reason, basis, score, tag."""
        table = _Table(self._frame, options, index=True)
        return table.found(table.reader.scan(table.texts))

    def mask(self, **options: Any) -> pd.DataFrame:
        """A new frame with everything masked that the policy says to mask; same rows, same index.

        Columns keep their dtype where it can hold the result; numbers and dates become strings in a column in which something was masked.
        Raises VerifyError when something is still found afterwards.
        """
        table = _Table(self._frame, options, index=True, mask=True)
        masked = table.reader.mask(table.texts)
        return table.masked(masked)


@pd.api.extensions.register_series_accessor("deident")
class SeriesAccessor:
    """`series.deident`: a table of one column, whose header is the name of the series.  Options as for frames, and

    kind   id of the kind that it holds
    """

    def __init__(self, series: pd.Series[Any]) -> None:
        self._series = series

    def _accessor(self, options: dict[str, Any]) -> FrameAccessor:
        name = "" if self._series.name is None else self._series.name
        if (kind := options.pop("kind", None)) is not None:
            options["kinds"] = {name: kind}
        frame = self._series.to_frame(name)
        return FrameAccessor(frame)

    def kinds(self, **options: Any) -> pd.DataFrame:
        """As of a frame: one row."""
        return self._accessor(options).kinds(**options)

    def scan(self, **options: Any) -> pd.DataFrame:
        """As of a frame, without the column's label."""
        return self._accessor(options).scan(**options).drop(columns="column")

    def mask(self, **options: Any) -> pd.Series[Any]:
        """A new series."""
        masked: pd.Series[Any] = self._accessor(options).mask(**options).iloc[:, 0]
        masked.name = self._series.name
        return masked


class _Table:
    """A frame as columns of UTF-8; `lead`: how many levels of its index stand before them."""

    def __init__(self, frame: pd.DataFrame, options: Mapping[str, Any], index: bool, mask: bool = False) -> None:
        known = {"policy", "scanner", "title", "doc_type", "columns", "kinds"}
        if unknown := sorted(options.keys() - known):
            raise InputError(f"no option '{unknown[0]}'; there are {', '.join(sorted(known))}")
        self.frame = frame
        levels = _levels(frame.index) if index else []
        self.lead = len(levels)
        self.names: list[Hashable] = [*(name for name, _ in levels), *frame.columns]
        series = [level for _, level in levels] + [frame.iloc[:, n] for n in range(frame.shape[1])]
        self.columns = [_Column(one) for one in series]
        self.texts = [column.texts for column in self.columns]
        chosen = self._numbers(options.get("columns"))
        if not mask:
            chosen = [*range(self.lead), *chosen]
        given = {n: kind for label, kind in (options.get("kinds") or {}).items() for n in self._numbers([label])}
        scanner: Scanner = scanner_of(options.get("policy", "gov-publish"), options.get("scanner"))
        labels = [_label(name) for name in self.names]
        self.reader = Reader(labels, scanner, options.get("title"), options.get("doc_type"), chosen, given)

    def _numbers(self, wanted: Sequence[Hashable] | None) -> list[int]:
        """Numbers of the columns with these labels."""
        own = list(self.names[self.lead :])
        if wanted is None:
            return [*range(self.lead, len(self.names))]
        for label in wanted:
            if label not in own:
                raise InputError("columns: a label is not one of the frame's")
        return [self.lead + n for n, label in enumerate(own) if label in wanted]

    def found(self, found: Found) -> pd.DataFrame:
        place = np.where(found.row < 0, "label", np.where(found.column < self.lead, "index", "cell"))
        names = self._safe()
        columns = {"place": place, "row": found.row, "column": pd.Series([names[n] for n in found.column.tolist()], dtype=object)}
        return pd.DataFrame(columns | {name: found.columns()[name] for name in NAMES})

    def _safe(self) -> list[Hashable]:
        """The labels; one in which something is to be masked is masked."""
        new = self.reader.masked_labels()
        return [name if old == made else made for name, old, made in zip(self.names, self.reader.labels, new, strict=True)]

    def masked(self, masked: Masked) -> pd.DataFrame:
        out = self.frame.copy()
        if left := int(masked.left[: self.lead].sum()):
            warnings.warn(
                f"the index holds {left} values to mask and stays as it is: reset_index() makes columns of it, or drop it",
                Unmasked, stacklevel=3,
            )  # fmt: skip
        parts = []
        for n in range(out.shape[1]):
            column, changed = self.columns[self.lead + n], masked.changed[self.lead + n]
            series = out.iloc[:, n]
            parts.append(column.changed(masked.columns[self.lead + n], changed) if changed.any() else series)
        if any(changed.any() for changed in masked.changed):
            labels = out.columns
            out = pd.concat(parts, axis=1)
            out.columns = labels
        out.attrs = attributes(dict(self.frame.attrs), self.reader.tabular.scanner)
        old, new = self.reader.labels[self.lead :], masked.labels[self.lead :]
        if old != new:
            out.columns = pd.Index([name if a == b else b for name, a, b in zip(out.columns, old, new, strict=True)])
        return out


class _Column:
    """A series as UTF-8, and the way back."""

    def __init__(self, series: pd.Series[Any]) -> None:
        self.series = series
        dtype = series.dtype
        self.missing: np.ndarray[Any, Any] = series.isna().to_numpy()
        self.stays: Callable[[Any, str], Any] | None = None  # object columns: how a changed cell is written
        self.codes: np.ndarray[Any, Any] | None = None
        if isinstance(dtype, pd.CategoricalDtype):
            self.codes = series.cat.codes.to_numpy().astype(np.int64)
            self.texts = Texts.at(Texts.of([_shown(value) for value in series.cat.categories.tolist()]), self.codes)
        elif _is_text(dtype):
            self.texts = Texts.of(series.fillna("").tolist() if self.missing.any() else series.tolist())
        elif pd.api.types.is_datetime64_any_dtype(dtype):
            self.texts = Texts.of(_dates(series))
        else:
            values = series.tolist()
            if self.missing.any():
                gone = self.missing.tolist()
                values = ["" if out else value for value, out in zip(values, gone, strict=True)]
            kinds = set(map(type, values))
            self.texts = Texts.of(values if kinds <= {str} else [v if type(v) is str else _shown(v) for v in values])

    def changed(self, texts: Texts, changed: np.ndarray[Any, Any]) -> pd.Series[Any]:
        """The series with the changed cells in it."""
        dtype, index, name = self.series.dtype, self.series.index, self.series.name
        rows = np.flatnonzero(changed)
        new = texts.cells(rows.tolist())
        objects = pd.api.types.is_object_dtype(dtype)
        if _is_text(dtype) or objects or self.codes is not None:
            values = np.empty(len(self.series), object)
            values[:] = self.series.astype(object).to_numpy()
            if objects:
                new = [_like(old, text) for old, text in zip(values[rows], new, strict=True)]
            for row, value in zip(rows.tolist(), new, strict=True):
                values[row] = value
            if self.codes is not None:
                return pd.Series(pd.Categorical(values), index=index, name=name)
            return pd.Series(values, index=index, name=name, dtype=dtype)
        every: list[str | None] = list(texts.strings())
        for row in np.flatnonzero(self.missing).tolist():
            every[row] = None
        return pd.Series(every, index=index, name=name)


def _is_text(dtype: Any) -> bool:
    return isinstance(dtype, pd.StringDtype) or (isinstance(dtype, pd.ArrowDtype) and dtype.type is str)


def _levels(index: pd.Index[Any]) -> list[tuple[Hashable, pd.Series[Any]]]:
    """The levels of an index that may say something: not a mere numbering."""
    if index.nlevels == 1 and index.name is None and pd.api.types.is_integer_dtype(index.dtype):
        return []
    if isinstance(index, pd.MultiIndex):
        return [(name, pd.Series(index.get_level_values(n))) for n, name in enumerate(index.names)]
    return [(index.name, pd.Series(index))]


def _label(name: Hashable) -> tuple[str, ...]:
    """A label as a whole, then its parts, the last one first."""
    if isinstance(name, tuple):
        parts = [str(part) for part in name if part is not None and str(part)]
        return (" ".join(parts), *reversed(parts)) if parts else ("",)
    return ("" if name is None else str(name),)


def _dates(series: pd.Series[Any]) -> list[str]:
    """As a sheet shows them: 1982-03-05, with the time where there is one."""
    values = (series.dt.tz_localize(None) if series.dt.tz is not None else series).to_numpy()
    days = values.astype("datetime64[D]")
    told = days if (days == values)[~np.isnat(values)].all() else values.astype("datetime64[s]")
    shown = np.char.replace(np.datetime_as_string(told), "T", " ")
    made: list[str] = np.where(np.isnat(values), "", shown).tolist()
    return made


def _shown(value: Any) -> str:
    """A value as a sheet shows it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return str(value)
    if isinstance(value, int | float | np.number | Decimal):
        return number(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, list | tuple | set | frozenset | np.ndarray):
        return INNER.join("" if one is None else _shown(one) for one in value)
    if isinstance(value, dict):
        return "；".join(f"{_shown(key)}：{_shown(one)}" for key, one in value.items())
    return str(value)


def _like(old: Any, text: str) -> Any:
    """A changed text as the value was written: bytes, a list; anything else becomes the text."""
    if isinstance(old, bytes):
        return text.encode()
    if isinstance(old, list | tuple):
        parts = text.split(INNER)
        return type(old)(parts) if len(parts) == len(old) else type(old)([text.replace(INNER, "；")])
    return text.replace(INNER, "；")
