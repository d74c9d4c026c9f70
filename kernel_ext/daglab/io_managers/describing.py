"""What is worth knowing of a value at a glance: rows, columns, shape."""

from __future__ import annotations

from itertools import islice
from typing import Any

from daglab.definitions.metadata import MetadataValue
from daglab.io_managers.value_format import has_type

_MOST_COLUMNS = 500


def is_table(value: object) -> bool:
    """Whether a value has rows and named, typed columns."""
    return (
        has_type(value, "pandas", "DataFrame")
        or has_type(value, "polars", "DataFrame")
        or has_type(value, "pyarrow", "Table")
    )


def count_rows(value: Any) -> int | None:
    """The number of rows of a table or series, None for anything else."""
    if is_table(value):
        return int(value.shape[0])
    return len(value) if has_type(value, "pandas", "Series") else None


def list_columns(value: Any) -> list[dict[str, str]]:
    """Name and dtype of each column of a table, as text, in order; only the first 500."""
    names, dtypes = (
        (value.column_names, value.schema.types)
        if has_type(value, "pyarrow", "Table")
        else (value.columns, value.dtypes)
    )
    return [
        {"name": str(name), "dtype": str(dtype)}
        for name, dtype in islice(zip(names, dtypes, strict=True), _MOST_COLUMNS)
    ]


def describe(value: Any) -> dict[str, MetadataValue]:
    """The metadata of a stored value: "columns" of tables, "shape" and "dtype" of arrays."""
    if is_table(value):
        return {"columns": MetadataValue.json(list_columns(value))}
    if has_type(value, "numpy", "ndarray"):
        return {
            "shape": MetadataValue.json(list(value.shape)),
            "dtype": MetadataValue.text(str(value.dtype)),
        }
    return {}
