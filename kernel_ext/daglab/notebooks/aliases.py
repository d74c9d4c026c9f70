"""Changes of a value in a cell that was given it, also by another name."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from daglab.notebooks.names import CellNames


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A statement that changes a given value in place, or deletes its name."""

    name: str
    alias: str
    verb: Literal["changes", "deletes"]
    line: int


def changes_of(given: Iterable[str], names: CellNames) -> Iterator[Change]:
    """Finds where a cell changes values that it was given.

    A name that the cell has bound anew is its own business; `df = flights` is no new value, though.

    Example:
        >>> from daglab.notebooks.scope import analyze_cell
        >>> [change.alias for change in changes_of({"a"}, analyze_cell("b = a\\nb['x'] = 1"))]
        ['b']
    """
    value_of = {name: name for name in given}
    for node, statement in zip(names.module.body, names.statements, strict=True):
        for verb, touched in (("changes", statement.mutates), ("deletes", statement.deletes)):
            for alias in sorted(touched & value_of.keys()):
                if verb == "changes" or value_of[alias] == alias:
                    yield Change(
                        name=value_of[alias],
                        alias=alias,
                        verb="changes" if verb == "changes" else "deletes",
                        line=node.lineno,
                    )
        same = _same_values(node, value_of)
        for name in statement.binds | statement.deletes:
            value_of.pop(name, None)
        value_of |= same


def _same_values(node: ast.stmt, value_of: dict[str, str]) -> dict[str, str]:
    """New names that a statement such as `b = a` gives to a value."""
    if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in value_of):
        return {}
    value = value_of[node.value.id]
    return {target.id: value for target in node.targets if isinstance(target, ast.Name)}
