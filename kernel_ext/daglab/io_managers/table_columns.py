"""Tables of all libraries, column by column."""

from __future__ import annotations

from typing import Any

from daglab.io_managers.first_difference import same, shortened
from daglab.io_managers.value_format import has_type


def rows_of(table: Any) -> int:
    """The number of rows."""
    return int(table.shape[0])


def columns_of(table: Any) -> dict[str, str]:
    """The type of each column by its name, as text, in order; the second of two equal names has "#2" behind it."""
    found: dict[str, str] = {}
    for name, dtype in zip(_names(table), _dtypes(table), strict=True):
        found[_distinct(str(name), found)] = str(dtype)
    return found


def first_differing_cell(before: Any, after: Any) -> str | None:
    """Says in which row, of those that both tables have, a column that both have differs first, and how."""
    was, now = list(columns_of(before)), list(columns_of(after))
    count = min(rows_of(before), rows_of(after))
    found: list[tuple[int, str, Any, Any]] = []
    if has_type(before, "pandas", "DataFrame"):
        found += _first_in_column("its index", _index(before, count), _index(after, count), count)
    for place, name in enumerate(was):
        if name in now:
            pair = (_column(before, place, count), _column(after, now.index(name), count))
            found += _first_in_column(f"column {name!r}", *pair, found[0][0] if found else count)
    if not found:
        return None
    row, where, one, other = min(found, key=lambda each: each[0])
    return f"row {row}, {where}: {shortened(one)} became {shortened(other)}"


def _first_in_column(name: str, before: Any, after: Any, count: int) -> list[tuple[int, str, Any, Any]]:
    """The first row in which two columns differ, if there is one among the first `count`."""
    row = _first_row(before, after, count)
    return [] if row is None else [(row, name, _cell(before, row), _cell(after, row))]


def _first_row(before: Any, after: Any, count: int) -> int | None:
    if hasattr(before, "isna") and str(before.dtype) == str(after.dtype) and str(before.dtype) != "object":
        try:
            differing = ((before != after) & ~(before.isna() & after.isna())).fillna(True).to_numpy(dtype=bool)
            return int(differing.argmax()) if differing.any() else None
        except (TypeError, ValueError):
            pass  # such as two categoricals of other categories
    pairs = enumerate(zip(_listed(before), _listed(after), strict=False))
    return next((row for row, (one, other) in pairs if row < count and not _same_cell(one, other)), None)


def _same_cell(one: Any, other: Any) -> bool:
    return one is other or same(one, other) or (_is_missing(one) and _is_missing(other))


def _is_missing(cell: Any) -> bool:
    if cell is None or type(cell).__name__ in ("NAType", "NaTType"):
        return True
    try:
        return bool(cell != cell)
    except Exception:
        return False


def _listed(column: Any) -> Any:
    return column.to_pylist() if hasattr(column, "to_pylist") else column.to_list()


def _cell(column: Any, row: int) -> Any:
    if hasattr(column, "iloc"):
        cell = column.iloc[row]
        return cell.item() if hasattr(cell, "item") and type(cell).__module__ == "numpy" else cell
    cell = column[row]
    return cell.as_py() if hasattr(cell, "as_py") else cell


def _names(table: Any) -> list[Any]:
    return list(table.column_names if has_type(table, "pyarrow", "Table") else table.columns)


def _dtypes(table: Any) -> list[Any]:
    return list(table.schema.types if has_type(table, "pyarrow", "Table") else table.dtypes)


def _column(table: Any, place: int, count: int) -> Any:
    if has_type(table, "pyarrow", "Table"):
        return table.column(place).slice(0, count)
    if has_type(table, "polars", "DataFrame"):
        return table.to_series(place).head(count)
    return table.iloc[:count, place].reset_index(drop=True)


def _index(table: Any, count: int) -> Any:
    index = table.index[:count]
    return index.to_frame(index=False).agg(tuple, axis=1) if index.nlevels > 1 else index.to_series(index=range(count))


def _distinct(name: str, taken: dict[str, str]) -> str:
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name} #{number}"
    return found
