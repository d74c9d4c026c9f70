"""A glance at a value, for the command line and the views."""

from __future__ import annotations

import reprlib
from typing import Any

from daglab.io_managers.describing import count_rows, is_table, list_columns
from daglab.io_managers.value_format import has_type

_MOST_COLUMNS = 50
_LONGEST_CELL = 80
_LONGEST_TEXT = 2_000


def preview(value: Any, *, rows: int = 10) -> dict[str, Any]:
    """Shows the beginning of a value as JSON.

    Args:
        value: anything.
        rows: how many rows of a table.

    Returns:
        "type", and for tables "rows", "columns" (each with "name", "dtype" and "nulls"; the first 50) and "head" (rows
        of cells as text, None where a value is missing); for everything else "text".

    Example:
        >>> preview([1, 2])
        {'type': 'list', 'text': '[1, 2]'}
    """
    kind = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
    if has_type(value, "pandas", "Series"):
        value = value.to_frame()
    if not is_table(value):
        return {"type": kind, "text": _text(value)}
    columns = [
        {**column, "nulls": nulls} for column, nulls in zip(list_columns(value), _count_nulls(value), strict=False)
    ]
    return {
        "type": kind,
        "rows": count_rows(value),
        "columns": columns[:_MOST_COLUMNS],
        "head": _head(value, rows),
    }


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_TEXT else value[:_LONGEST_TEXT] + "…"
    shortened = _SHORTENER.repr(value) if isinstance(value, (list, tuple, dict, set, frozenset)) else _safe_repr(value)
    return shortened if len(shortened) <= _LONGEST_TEXT else shortened[:_LONGEST_TEXT] + "…"


def _safe_repr(value: Any) -> str:
    """A user's `__repr__` may raise; a preview does not."""
    try:
        return repr(value)
    except Exception as error:
        return f"<{type(value).__name__}: its repr failed with {type(error).__name__}: {error}>"


def _count_nulls(value: Any) -> list[int]:
    if has_type(value, "pyarrow", "Table"):
        return [column.null_count for column in value.columns[:_MOST_COLUMNS]]
    if has_type(value, "polars", "DataFrame"):
        return [value.to_series(position).null_count() for position in range(min(value.width, _MOST_COLUMNS))]
    return [int(count) for count in value.iloc[:, :_MOST_COLUMNS].isna().sum()]


def _head(value: Any, rows: int) -> list[list[str | None]]:
    if has_type(value, "pyarrow", "Table"):
        lists = [column.slice(0, rows).to_pylist() for column in value.columns[:_MOST_COLUMNS]]
        return [[_cell(cell, cell is None) for cell in row] for row in zip(*lists, strict=True)]
    if has_type(value, "polars", "DataFrame"):
        return [[_cell(cell, cell is None) for cell in row[:_MOST_COLUMNS]] for row in value.head(rows).rows()]
    head = value.iloc[:rows, :_MOST_COLUMNS]
    missing = head.isna().to_numpy()
    return [
        [_cell(head.iat[row, column], bool(missing[row, column])) for column in range(head.shape[1])]
        for row in range(head.shape[0])
    ]


def _cell(cell: Any, missing: bool) -> str | None:
    if missing:
        return None
    text = cell if isinstance(cell, str) else str(cell)
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"


_SHORTENER = reprlib.Repr()
_SHORTENER.maxlist = _SHORTENER.maxtuple = _SHORTENER.maxdict = _SHORTENER.maxset = _SHORTENER.maxfrozenset = 20
_SHORTENER.maxstring = _SHORTENER.maxother = _SHORTENER.maxlong = 200
