"""The graph of the cells of any notebook: which cell reads which names of which other one, run from top to bottom."""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from daglab.notebooks.carried_code import CarriedCode
from daglab.notebooks.document import Notebook
from daglab.notebooks.parsed import ParsedCell, parse_cells
from daglab.notebooks.scope_expressions import all_arguments
from daglab.notebooks.slicer import GIVEN_NAMES
from daglab.notebooks.timeline import PlainStatement, Timeline

Binding = Literal["binds", "may bind", "changes", "may change anything"]


@dataclass(frozen=True, kw_only=True, slots=True)
class NameUse:
    """One reason for an edge.

    Attributes:
        how: what the source does to the name.
        source_line: where it does so, counted in its cell from 1.
        target_line: where the name is read.
        through: the function or object whose code reads it, None if the cell reads it itself.
    """

    name: str
    how: Binding
    source_line: int
    target_line: int
    through: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CellEdge:
    """`target` reads names as `source` leaves them; both are positions of cells."""

    source: int
    target: int
    uses: tuple[NameUse, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names on the edge, each once."""
        return tuple(dict.fromkeys(use.name for use in self.uses))


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingName:
    """A name that is not there when it is read.

    Attributes:
        certain: whether the read itself is certain; code of a function may never be called.
        below: the first statement further down that binds it.
        deleted_in: the cell that has deleted it.
    """

    name: str
    cell: ParsedCell
    line: int
    certain: bool
    below: PlainStatement | None = None
    deleted_in: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CellGraph:
    """All code cells of a notebook and what they read of each other. An edge never goes up the document."""

    notebook: Notebook
    cells: tuple[ParsedCell, ...]
    timeline: Timeline
    edges: tuple[CellEdge, ...]  # by target, then by source
    missing: tuple[MissingName, ...]

    def edges_to(self, position: int) -> tuple[CellEdge, ...]:
        """The edges that lead to a cell."""
        start = bisect_left(self.edges, position, key=lambda edge: edge.target)
        stop = bisect_right(self.edges, position, key=lambda edge: edge.target)
        return self.edges[start:stop]


def graph_cells(notebook: Notebook) -> CellGraph:
    """Reads the graph of a notebook from its code; nothing is run or imported.

    Cells with `%%asset` and `%%check` count as the code that they are, as in a kernel.

    Example:
        >>> from pathlib import Path
        >>> from daglab.notebooks.document import Cell
        >>> cells = [Cell(id=None, position=n, kind="code", source=s) for n, s in enumerate(["x = 1", "y = x"], 1)]
        >>> graph_cells(Notebook(path=Path("a.ipynb"), cells=tuple(cells))).edges[0].names
        ('x',)
    """
    return _Reading(notebook).run()


class _Reading:
    """One reading of one notebook."""

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook
        self._cells = parse_cells(notebook)
        self._timeline = Timeline([replace(each, role="plain") for each in self._cells], ())
        self._carried = CarriedCode(self._timeline)
        self._deleted = _deletions(self._timeline)
        self._uses: dict[tuple[int, int], dict[NameUse, None]] = {}
        self._missing: dict[tuple[int, str], MissingName] = {}

    def run(self) -> CellGraph:
        for statement in self._timeline.statements:
            self._read(statement)
        edges = [
            CellEdge(source=source, target=target, uses=tuple(uses)) for (source, target), uses in self._uses.items()
        ]
        return CellGraph(
            notebook=self._notebook,
            cells=self._cells,
            timeline=self._timeline,
            edges=tuple(sorted(edges, key=lambda edge: (edge.target, edge.source))),
            missing=tuple(self._missing.values()),
        )

    def _read(self, statement: PlainStatement) -> None:
        names = statement.names
        seen: set[str] = set()
        wanted: list[tuple[str, str, str | None]] = [(name, "read", None) for name in sorted(names.reads)]
        wanted += [(name, "weak", None) for name in sorted(names.weak_reads)]
        if not names.is_definition or _may_call_at_once(statement.node):
            wanted += [(name, "later", None) for name in sorted(names.deferred_reads)]
        while wanted:
            name, use, through = wanted.pop(0)
            if name in seen:
                continue
            seen.add(name)
            for source in self._sources(name, use, statement):
                self._note(name, source, statement, through)
                wanted += [(one, "later", through or name) for one in sorted(self._carried.of(source))]

    def _sources(self, name: str, use: str, reader: PlainStatement) -> Iterable[PlainStatement]:
        found = self._timeline.before(name, reader.time).statements
        gone = self._deleted.get(name, {})
        last_gone = max((time for time in gone if time < reader.time), default=-1)
        alive = [each for each in found if each.time > last_gone]
        if any(name in each.names.all_binds for each in alive) or (alive and last_gone < 0):
            return alive
        if name in GIVEN_NAMES:
            return ()
        opener = self._timeline.opener(reader.time)
        if opener is not None and opener.time < reader.time:
            return (opener,) if use != "weak" else ()
        if use != "weak":
            below = self._timeline.after(name, reader.time, plain=True).statements
            key = (reader.cell.cell.position, name)
            missing = MissingName(
                name=name,
                cell=reader.cell,
                line=_line(reader.node, name, ast.Load),
                certain=use == "read",
                below=below[0] if below else None,
                deleted_in=gone.get(last_gone),
            )
            if key not in self._missing or (missing.certain and not self._missing[key].certain):
                self._missing[key] = missing
        return ()

    def _note(self, name: str, source: PlainStatement, reader: PlainStatement, through: str | None) -> None:
        there, here = source.cell.cell.position, reader.cell.cell.position
        if there == here:
            return
        use = NameUse(
            name=name,
            how=_how(name, source),
            source_line=_line(source.node, name, ast.Store),
            target_line=_line(reader.node, through or name, ast.Load),
            through=through,
        )
        self._uses.setdefault((there, here), {})[use] = None


def _how(name: str, source: PlainStatement) -> Binding:
    if name in source.names.binds:
        return "binds"
    if name in source.names.maybe_binds:
        return "may bind"
    if name in source.names.mutates | source.names.configures:
        return "changes"
    return "may change anything"


def _deletions(timeline: Timeline) -> Mapping[str, Mapping[int, int]]:
    """Names to the times at which they are deleted for certain, and the cells that do so."""
    found: dict[str, dict[int, int]] = {}
    for statement in timeline.statements:
        if isinstance(statement.node, ast.Delete):
            for name in statement.names.deletes:
                found.setdefault(name, {})[statement.time] = statement.cell.cell.position
    return found


def _may_call_at_once(node: ast.stmt) -> bool:
    """Whether making a function or class may run code of it: decorators, defaults and class bodies run at once."""
    stack: list[ast.AST] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, ast.Call) or bool(getattr(current, "decorator_list", False)):
            return True
        if isinstance(current, (ast.FunctionDef, ast.AsyncFunctionDef)):
            arguments = current.args
            stack += [*arguments.defaults, *filter(None, arguments.kw_defaults)]
            stack += [each.annotation for each in all_arguments(arguments) if each.annotation is not None]
            stack += [current.returns] if current.returns is not None else []
        elif not isinstance(current, ast.Lambda):
            stack += ast.iter_child_nodes(current)
    return False


@lru_cache(maxsize=65536)
def _line(node: ast.stmt, name: str, context: type[ast.expr_context]) -> int:
    """The first line of a statement on which a name is read or bound."""
    lines = []
    for each in ast.walk(node):
        named = isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, context)
        imported = isinstance(each, ast.alias) and context is ast.Store and _bound(each) == name
        if named or imported:
            lines.append(getattr(each, "lineno", node.lineno))
    return min(lines, default=node.lineno)


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]
