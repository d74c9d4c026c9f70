"""Formats for pandas frames and series.

A frame becomes Parquet only if all of it is of kinds whose values are known to survive; then a sample of one row is
written and read again, and dtypes, columns and index are compared. What pandas and Arrow make of an object column of
text differs between versions, so such columns, and how they mark a missing value, are noted in the file's metadata.
"""

from __future__ import annotations

import datetime
import json
from typing import Any, BinaryIO

from daglab.foundation.files import Content
from daglab.foundation.optional import require
from daglab.io_managers.parquet import (
    EXTENSION,
    arrow,
    can_write_parquet,
    read_table,
    reread_sample,
    table_content,
)
from daglab.io_managers.value_format import has_type

_NOTE = b"daglab"
_INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
_NUMBERS = frozenset({"bool", "float32", "float64", *_INTEGERS})
_NULLABLE = frozenset(
    {"boolean", "Float32", "Float64", *(name.replace("int", "Int").replace("u", "U") for name in _INTEGERS)}
)
_MISSING = {"": None, "none": None, "nan": float("nan")}
_MOST_CATEGORIES = 10_000
_LONGEST_CATEGORIES = 1 << 18


class PandasFrame:
    """`pandas.DataFrame` as Parquet, where that is exact."""

    name = "pandas-frame"
    extension = EXTENSION

    def accepts(self, value: object) -> bool:
        """See `ValueFormat`."""
        return has_type(value, "pandas", "DataFrame") and can_write_parquet()

    def dump(self, value: Any) -> Content | None:
        """See `ValueFormat`."""
        return _dump(value)

    def load(self, file: BinaryIO) -> Any:
        """See `ValueFormat`."""
        return _to_frame(read_table(file))


class PandasSeries:
    """`pandas.Series` as a Parquet file of one column, where that is exact."""

    name = "pandas-series"
    extension = EXTENSION
    _UNNAMED = "__unnamed__"

    def accepts(self, value: object) -> bool:
        """See `ValueFormat`."""
        return has_type(value, "pandas", "Series") and can_write_parquet()

    def dump(self, value: Any) -> Content | None:
        """See `ValueFormat`."""
        if not _is_bare(value) or not (value.name is None or type(value.name) is str) or value.name == self._UNNAMED:
            return None
        return _dump(value.to_frame(self._UNNAMED if value.name is None else value.name))

    def load(self, file: BinaryIO) -> Any:
        """See `ValueFormat`."""
        series = _to_frame(read_table(file)).iloc[:, 0]
        return series.rename(None) if series.name == self._UNNAMED else series


def _dump(frame: Any) -> Content | None:
    """Writes a frame if it is sure to come back equal."""
    if not _is_bare(frame) or not _has_plain_labels(frame):
        return None
    columns = [frame.iloc[:, position] for position in range(frame.shape[1])]
    objects = {column.name: _object_text_missing(column) for column in columns if column.dtype == object}
    if None in objects.values() or not all(_survives(column) for column in columns if column.name not in objects):
        return None
    note = {
        "objects": objects,
        "utc": [column.name for column in columns if _is_utc(column)],
        "utc_index": _is_utc(frame.index),
    }
    try:
        table = arrow().Table.from_pandas(frame)
        table = table.replace_schema_metadata({**table.schema.metadata, _NOTE: json.dumps(note).encode()})
        return table_content(table) if _look_alike(_to_frame(reread_sample(table)), frame) else None
    except Exception:  # what Arrow makes of dtypes and zones that it does not know is not only its own errors
        return None


def _to_frame(table: Any) -> Any:
    """Makes the frame of an Arrow table, as its note says."""
    require("pandas", "tables")
    note = json.loads(table.schema.metadata[_NOTE])
    frame = table.to_pandas()
    for name, missing in note["objects"].items():
        frame[name] = _as_objects(frame[name], _MISSING[missing])
    for name in note["utc"]:
        frame[name] = frame[name].dt.tz_convert(datetime.UTC)
    if note["utc_index"]:
        frame.index = frame.index.tz_convert(datetime.UTC)
    return frame


def _as_objects(column: Any, missing: float | None) -> Any:
    values = column.to_numpy(dtype=object, copy=True)
    values[column.isna().to_numpy()] = missing
    return type(column)(values, index=column.index, dtype=object)


def _is_utc(column: Any) -> bool:
    """Whether a column's zone is Python's own UTC, pandas's usual one, for which Arrow gives back another object."""
    return getattr(column.dtype, "tz", None) is datetime.UTC


def _is_bare(value: Any) -> bool:
    """Whether a frame or series carries nothing beside data, labels and index."""
    return not value.attrs and value.flags.allows_duplicate_labels


def _has_plain_labels(frame: Any) -> bool:
    """Text columns that occur once, and a flat index whose name is none of them."""
    pandas = require("pandas", "tables")
    columns, index = list(frame.columns), frame.index
    return (
        type(frame.columns) is pandas.Index
        and columns != []
        and all(type(name) is str and not name.startswith("__index_level_") for name in columns)
        and len(set(columns)) == len(columns)
        and all(name is None or type(name) is str for name in (index.name, frame.columns.name))
        and index.name not in columns
        and _has_plain_index(index, pandas)
    )


def _has_plain_index(index: Any, pandas: Any) -> bool:
    if type(index) is pandas.RangeIndex:
        return True
    if type(index) not in (pandas.Index, pandas.DatetimeIndex, pandas.TimedeltaIndex):
        return False
    return getattr(index, "freq", None) is None and index.dtype != object and _survives(index)


def _survives(column: Any) -> bool:
    """Whether all values that a column or index of this dtype can hold survive; `object` is looked at elsewhere."""
    dtype = column.dtype
    name, kind = str(dtype), type(dtype).__name__
    if name in _NUMBERS or name in _NULLABLE or dtype.kind in "mM" or kind == "StringDtype":
        return True
    return kind == "CategoricalDtype" and _has_text_categories(dtype)


def _has_text_categories(dtype: Any) -> bool:
    """Text categories, few and short enough to be in one dictionary page, which keeps their order and the unused."""
    categories = list(dtype.categories)
    return (
        0 < len(categories) <= _MOST_CATEGORIES
        and all(type(category) is str for category in categories)
        and sum(map(len, categories)) <= _LONGEST_CATEGORIES
    )


def _object_text_missing(column: Any) -> str | None:
    """How an object column of text marks what is missing: "none", "nan", "" if nothing is; None if it is no such."""
    values = column.to_numpy()
    kinds = set(map(type, values))
    if kinds == {str}:
        return ""
    if kinds == {str, type(None)}:
        return "none"
    if kinds == {str, float} and all(value != value for value in values if type(value) is float):
        return "nan"
    return None


def _look_alike(back: Any, frame: Any) -> bool:
    """Whether a sample that was read again has the dtypes, labels and index kind of its frame."""
    pairs = [(back.columns, frame.columns), *((back[name], frame[name]) for name in frame.columns)]
    if type(frame.index).__name__ != "RangeIndex":
        pairs.append((back.index, frame.index))
    return (
        list(back.columns) == list(frame.columns)
        and back.columns.name == frame.columns.name
        and type(back.columns) is type(frame.columns)
        and back.index.name == frame.index.name
        and all(_same_dtype(one.dtype, other.dtype) for one, other in pairs)
    )


def _same_dtype(one: Any, other: Any) -> bool:
    """Stricter than `==`, which overlooks the order of categories and the class of a time zone."""
    if type(one) is not type(other) or one != other:
        return False
    if hasattr(one, "categories"):
        return one.categories.equals(other.categories) and _same_dtype(one.categories.dtype, other.categories.dtype)
    return type(getattr(one, "tz", None)) is type(getattr(other, "tz", None))
