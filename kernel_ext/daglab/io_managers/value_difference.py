"""What differs between two values: in the large, and the first place where they do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from daglab.foundation.text import format_count, plural
from daglab.io_managers.describing import is_table
from daglab.io_managers.first_difference import first_difference, shortened
from daglab.io_managers.table_columns import columns_of, first_differing_cell, rows_of
from daglab.io_managers.value_format import has_type


@dataclass(frozen=True, kw_only=True)
class ValueDifference:
    """What differs between two values; nothing, where they are equal.

    Args:
        kinds: their types as text, where these differ.
        rows: of tables, where their numbers differ.
        added_columns: only the second table has them.
        removed_columns: only the first one has them.
        changed_dtypes: what each type was and is, by column.
        reordered: whether the columns that both have are in another order.
        first: the first place where they differ, and how, as text.
    """

    kinds: tuple[str, str] | None = None
    rows: tuple[int, int] | None = None
    added_columns: tuple[str, ...] = ()
    removed_columns: tuple[str, ...] = ()
    changed_dtypes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    reordered: bool = False
    first: str = ""

    def __bool__(self) -> bool:
        return any(
            (
                self.kinds,
                self.rows,
                self.added_columns,
                self.removed_columns,
                self.changed_dtypes,
                self.reordered,
                self.first,
            )
        )

    def lines(self) -> Iterator[str]:
        """The same as sentences."""
        if self.kinds:
            yield f"its type was {self.kinds[0]} and is {self.kinds[1]}"
        if self.rows:
            change = self.rows[1] - self.rows[0]
            counts = " and ".join((f"had {format_count(self.rows[0])}", f"has {format_count(self.rows[1])}"))
            yield f"{plural(abs(change), 'row')} {'more' if change > 0 else 'fewer'}: it {counts}"
        for word, names in (("new", self.added_columns), ("gone", self.removed_columns)):
            if names:
                yield f"{word}: {_columns(names)}"
        for name, (before, after) in self.changed_dtypes.items():
            yield f"column {name!r} was {before} and is {after}"
        if self.reordered:
            yield "its columns are in another order"
        if self.first:
            yield f"first difference: {self.first}"

    def to_json(self) -> dict[str, Any]:
        """A form that JSON can hold."""
        return {
            "types": list(self.kinds) if self.kinds else None,
            "rows": list(self.rows) if self.rows else None,
            "added_columns": list(self.added_columns),
            "removed_columns": list(self.removed_columns),
            "changed_dtypes": {name: list(pair) for name, pair in self.changed_dtypes.items()},
            "reordered": self.reordered,
            "first": self.first or None,
        }


def difference_of(before: Any, after: Any) -> ValueDifference:
    """What differs between two values; false where nothing does.

    Example:
        >>> list(difference_of({"a": [1, 2]}, {"a": [1, 3]}).lines())
        ["first difference: ['a'][1]: 2 became 3"]
        >>> bool(difference_of([1], [1]))
        False
    """
    if type(before) is not type(after):
        return ValueDifference(
            kinds=(_kind(before), _kind(after)), first=f"{shortened(before)} became {shortened(after)}"
        )
    if has_type(before, "pandas", "Series"):
        before, after = before.to_frame(), after.to_frame()
    if is_table(before):
        return _of_tables(before, after)
    return ValueDifference(first=first_difference(before, after) or "")


def _of_tables(before: Any, after: Any) -> ValueDifference:
    was, now = columns_of(before), columns_of(after)
    rows = (rows_of(before), rows_of(after))
    common = [name for name in was if name in now]
    return ValueDifference(
        rows=None if rows[0] == rows[1] else rows,
        added_columns=tuple(name for name in now if name not in was),
        removed_columns=tuple(name for name in was if name not in now),
        changed_dtypes={name: (was[name], now[name]) for name in common if was[name] != now[name]},
        reordered=common != [name for name in now if name in was],
        first=first_differing_cell(before, after) or "",
    )


def _columns(names: tuple[str, ...]) -> str:
    shown = ", ".join(map(repr, names[:10]))
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return f"column{'s' if len(names) > 1 else ''} {shown}{more}"


def _kind(value: object) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
