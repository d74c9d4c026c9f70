"""A notebook with other constants than its file has."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from daglab.errors import InvalidInvocationError, suggest
from daglab.notebooks.document import Cell, Notebook
from daglab.notebooks.parsed import parse_cells


@dataclass(frozen=True, kw_only=True)
class _Assignment:
    name: str
    value: ast.expr
    cell: Cell
    python: str
    is_plain: bool


def with_values(notebook: Notebook, values: Mapping[str, object]) -> tuple[Cell, ...]:
    """The cells of a notebook in which names are assigned other values.

    The line that assigns the name is changed, wherever it is: in a plain cell it is a constant, in a `%%asset` cell
    it makes an asset of that very value. Other lines stay where they are.

    Args:
        notebook: stays as it is.
        values: numbers, texts, and lists, tuples, sets and dicts of such, by the name that is assigned exactly once
            on the top level of a cell.

    Raises:
        InvalidInvocationError: a name is assigned nowhere or more than once, or a value cannot be written as code.

    Example:
        >>> from pathlib import Path
        >>> cell = Cell(id=None, position=1, kind="code", source="rows = 1_000_000  # all")
        >>> with_values(Notebook(path=Path("n.ipynb"), cells=(cell,)), {"rows": 10})[0].source
        'rows = 10  # all'
    """
    found: dict[str, list[_Assignment]] = {}
    for one in _assignments(notebook):
        found.setdefault(one.name, []).append(one)
    cells = {cell.position: cell for cell in notebook.cells}
    chosen = [(_only(name, found, notebook), _literal(name, value)) for name, value in values.items()]
    # From the end of each cell, so that what is changed does not move what is still to be changed.
    for one, literal in sorted(chosen, key=lambda pair: (pair[0].value.lineno, pair[0].value.col_offset), reverse=True):
        cell = cells[one.cell.position]
        cells[cell.position] = replace(cell, source=_changed(cell.source, one, literal, notebook))
    return tuple(cells.values())


def _assignments(notebook: Notebook) -> Iterator[_Assignment]:
    for parsed in parse_cells(notebook):
        for node in parsed.names.module.body:
            if not isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) or node.value is None:
                continue
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            is_plain = len(targets) == 1 and not isinstance(node, ast.AugAssign)
            for target in targets:
                if isinstance(target, ast.Name):
                    yield _Assignment(
                        name=target.id, value=node.value, cell=parsed.cell, python=parsed.python, is_plain=is_plain
                    )


def _only(name: str, found: Mapping[str, list[_Assignment]], notebook: Notebook) -> _Assignment:
    several = found.get(name, [])
    if not several:
        raise InvalidInvocationError(
            f"no cell of {notebook.path.name} assigns {name!r} on its top level",
            hint=suggest(name, found) or f"there are {', '.join(sorted(found)) or 'no assignments'}",
        )
    if len(several) > 1 or not several[0].is_plain:
        places = ", ".join(dict.fromkeys(f"cell {one.cell.position}" for one in several))
        raise InvalidInvocationError(
            f"{name!r} is not assigned by one statement of its own in {notebook.path.name} ({places})",
            hint="only a name with a single plain assignment can be replaced",
        )
    return several[0]


def _literal(name: str, value: object) -> str:
    text = repr(value)
    try:
        again = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        again = ast
    if type(again) is not type(value) or again != value:
        raise InvalidInvocationError(
            f"{name!r} cannot be replaced by {text:.80}: it cannot be written as a literal",
            hint="give numbers, texts, lists, tuples, sets or dicts of such",
        )
    return text


def _changed(source: str, one: _Assignment, literal: str, notebook: Notebook) -> str:
    node = one.value
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    first, last = node.lineno - 1, node.end_lineno - 1
    if _lines(one.cell.source)[first : last + 1] != one.python.split("\n")[first : last + 1]:
        raise InvalidInvocationError(
            f"{one.name!r} is assigned by a magic in cell {one.cell.position} of {notebook.path.name}",
            hint="only a name with a single plain assignment can be replaced",
        )
    lines = _lines(source)
    before = lines[first].encode()[: node.col_offset].decode()
    after = lines[last].encode()[node.end_col_offset :].decode()
    # The lines below keep their numbers, which tracebacks name.
    written = f"({literal}" + "\n" * (last - first) + ")" if last > first else literal
    lines[first : last + 1] = (before + written + after).split("\n")
    return "\n".join(lines)


def _lines(source: str) -> list[str]:
    return source.replace("\r\n", "\n").split("\n")
