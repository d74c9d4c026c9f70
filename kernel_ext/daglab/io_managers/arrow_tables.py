"""Formats for Arrow tables and polars frames."""

from __future__ import annotations

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

_POLARS_TYPES = frozenset(
    {
        *("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "Float32", "Float64"),
        *("Boolean", "String", "Binary", "Date", "Datetime", "Duration", "Time"),
    }
)


class ArrowTable:
    """pyarrow tables of flat columns and lists as Parquet, with their schema's metadata."""

    name = "arrow-table"
    extension = EXTENSION

    def accepts(self, value: object) -> bool:
        """See `ValueFormat`."""
        return has_type(value, "pyarrow", "Table")

    def dump(self, value: Any) -> Content | None:
        """See `ValueFormat`."""
        names = value.column_names
        if not names or len(set(names)) < len(names) or not all(_is_flat(field.type) for field in value.schema):
            return None
        try:
            same = reread_sample(value).schema.equals(value.schema, check_metadata=True)
        except arrow().ArrowException:
            return None
        return table_content(value) if same else None

    def load(self, file: BinaryIO) -> Any:
        """See `ValueFormat`."""
        return read_table(file)


class PolarsFrame:
    """polars frames of flat columns as Parquet."""

    name = "polars-frame"
    extension = EXTENSION

    def accepts(self, value: object) -> bool:
        """See `ValueFormat`."""
        return has_type(value, "polars", "DataFrame") and can_write_parquet()

    def dump(self, value: Any) -> Content | None:
        """See `ValueFormat`."""
        kinds = {str(kind.base_type()) for kind in value.dtypes}
        if not kinds or not kinds <= _POLARS_TYPES:
            return None
        table = value.to_arrow()
        if _frame(reread_sample(table)).schema != value.schema:
            return None
        return table_content(table)

    def load(self, file: BinaryIO) -> Any:
        """See `ValueFormat`."""
        return _frame(read_table(file))


def _frame(table: Any) -> Any:
    return require("polars", "tables").from_arrow(table)


def _is_flat(kind: Any) -> bool:
    types = arrow().types
    return bool(
        types.is_integer(kind)
        or types.is_float32(kind)
        or types.is_float64(kind)
        or types.is_boolean(kind)
        or types.is_string(kind)
        or types.is_large_string(kind)
        or types.is_binary(kind)
        or types.is_large_binary(kind)
        or types.is_date32(kind)
        or types.is_timestamp(kind)
        or types.is_duration(kind)
        or types.is_time(kind)
        or types.is_decimal(kind)
        or (types.is_list(kind) and _is_flat(kind.value_type))
    )
