"""Which cells of a plain notebook become assets, such that the pipeline makes the values that the notebook makes."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from daglab.notebooks.ambient_state import order_effects, stream_statements
from daglab.notebooks.analysis import Finding
from daglab.notebooks.cell_graph import CellGraph, graph_cells
from daglab.notebooks.document import Notebook
from daglab.notebooks.naming import output_candidates
from daglab.notebooks.parsed import ParsedCell
from daglab.notebooks.shared_values import HiddenChange, hidden_changes
from daglab.notebooks.slices import slice_notebook
from daglab.notebooks.timeline import PlainStatement
from daglab.notebooks.transform import cell_magic, is_foreign

# Modules that draw; what they give back is a picture of values, and none itself.
_DRAWING: Final = frozenset({"plt", "sns", "px", "go", "alt", "widgets", "ipywidgets", "bokeh", "hv", "pylab", "ax"})


@dataclass(frozen=True, kw_only=True, slots=True)
class CellChoice:
    """What becomes of a code cell: an asset of each of `names`, or a plain cell for a reason."""

    cell: int
    names: tuple[str, ...] = ()
    reason: str = ""

    @property
    def line(self) -> str:
        """The line to write into the cell."""
        return " ".join(["%%asset", *self.names])


@dataclass(frozen=True, kw_only=True, slots=True)
class Promotion:
    """All choices, and the errors that the notebook would have with them."""

    choices: tuple[CellChoice, ...]
    errors: tuple[Finding, ...] = ()

    @property
    def assets(self) -> tuple[CellChoice, ...]:
        """The cells that become assets."""
        return tuple(one for one in self.choices if one.names)


def promote(notebook: Notebook) -> Promotion:
    """Chooses the cells that become assets.

    A cell becomes one only if that changes no value, whichever assets are made in which process: it must make
    values that are worth keeping, hand on nothing else, and change nothing that others read. Where it is not certain
    from the code alone, the cell stays plain.

    Args:
        notebook: one without `%%asset` and `%%check`.
    """
    choosing = _Choosing(graph_cells(notebook))
    refused: dict[int, str] = {}
    while True:
        choices = choosing.choices(refused)
        promoted = promoted_notebook(notebook, {one.cell: one.line for one in choices if one.names})
        analysis = slice_notebook(promoted)
        errors = tuple(one for one in analysis.findings if one.severity == "error")
        chosen = {one.cell for one in choices if one.names}
        new = {one.cell: one.message for one in errors if one.cell in chosen and one.cell is not None}
        if not new:
            return Promotion(choices=tuple(choices), errors=errors)
        refused |= new


def promoted_notebook(notebook: Notebook, lines: Mapping[int, str]) -> Notebook:
    """The notebook with one more line at the beginning of some cells, by their positions."""
    cells = (
        replace(cell, source=f"{lines[cell.position]}\n{cell.source}") if cell.position in lines else cell
        for cell in notebook.cells
    )
    return replace(notebook, cells=tuple(cells))


class _Choosing:
    """What is known of the cells of one notebook."""

    def __init__(self, graph: CellGraph) -> None:
        self._graph = graph
        self._statements: dict[int, list[PlainStatement]] = {}
        for statement in graph.timeline.statements:
            self._statements.setdefault(statement.cell.cell.position, []).append(statement)
        self._exported: dict[int, dict[str, None]] = {}
        self._readers: dict[str, dict[int, list[int]]] = {}
        self._missing = {one.cell.cell.position: one.name for one in graph.missing}
        for edge in graph.edges:
            for use in edge.uses:
                if use.how in ("binds", "may bind"):
                    self._exported.setdefault(edge.source, {})[use.name] = None
                self._readers.setdefault(use.name, {}).setdefault(edge.source, []).append(edge.target)
        self._last_binding = {
            name: statement.cell.cell.position
            for statement in graph.timeline.statements
            for name in statement.names.all_binds
        }
        self._changed_later = self._changes()
        self._streams = stream_statements(graph)
        self._effects = order_effects(graph)
        self._hidden = list(hidden_changes(graph))
        self._touched_later = {
            (change.made_in, change.name): f"cell {change.statement.cell.cell.position} {change.how}"
            for change in reversed(self._hidden)
            if not change.made_here
        }

    def choices(self, refused: Mapping[int, str]) -> list[CellChoice]:
        """The choices, without the cells that were refused before."""
        plain = dict(refused)
        while True:
            unsure = self._unsure(plain)
            choices = [self._choice(parsed, plain, unsure) for parsed in self._graph.cells]
            new = {one.cell: one.reason for one in choices if not one.names and one.cell not in plain}
            if not new:
                return choices
            plain |= new

    def _choice(self, parsed: ParsedCell, plain: Mapping[int, str], unsure: Mapping[int, str]) -> CellChoice:
        position = parsed.cell.position
        if position in plain:
            return CellChoice(cell=position, reason=plain[position])
        names = self._outputs(parsed)
        reason = self._obstacle(parsed, names) or unsure.get(position, "")
        return CellChoice(cell=position, reason=reason) if reason else CellChoice(cell=position, names=names)

    def _outputs(self, parsed: ParsedCell) -> tuple[str, ...]:
        """The values of a cell that others read, and those that it ends with."""
        exported = self._exported.get(parsed.cell.position, {})
        last = [
            name
            for name in output_candidates(parsed.names)
            if self._last_binding.get(name) == parsed.cell.position and name in self._values(parsed)
        ]
        order = {name: place for place, name in enumerate(_bound_in_order(self._of(parsed)))}
        wanted = dict.fromkeys([*exported, *(name for name in last if self._is_worth_keeping(parsed, name))])
        return tuple(sorted(wanted, key=lambda name: order.get(name, len(order))))

    def _obstacle(self, parsed: ParsedCell, names: Sequence[str]) -> str:
        """Why a cell cannot be an asset, "" if it can."""
        position = parsed.cell.position
        source = parsed.cell.source
        if parsed.problem is not None:
            return f"it is broken: {parsed.problem}"
        if not source.strip():
            return "it is empty"
        if cell_magic(source) is not None and is_foreign(source):
            return f"%%{cell_magic(source)} is not Python"
        if position in self._missing:
            return f"it reads {self._missing[position]!r}, which no cell above binds"
        if not names:
            return "it makes no value worth keeping"
        return next(self._obstacles(parsed, names), "")

    def _obstacles(self, parsed: ParsedCell, names: Sequence[str]) -> Iterator[str]:
        position = parsed.cell.position
        values = self._values(parsed)
        for name in names:
            if name not in values:
                yield f"other cells use {name!r}, which is a tool and no value"
            elif name not in parsed.names.binds:
                yield f"it binds {name!r} only perhaps"
            elif self._last_binding[name] != position:
                yield f"cell {self._last_binding[name]} binds {name!r} again, and is the place where it is finished"
            elif name in self._changed_later.get(position, ()):
                changing = self._changed_later[position][name]
                yield f"cell {changing} changes {name!r} in place, so it is not finished here"
            elif (position, name) in self._touched_later:
                yield self._touched_later[position, name]
            elif any(one.time in self._streams for one in self._of(parsed) if name in one.names.all_binds):
                yield f"{name!r} is used up as it is read, or stands for something outside; it cannot be kept"
            elif self._is_drawing(parsed, name):
                yield f"{name!r} is a drawing"
        if not any(self._is_worth_keeping(parsed, name) for name in names):
            yield "it only sets constants"
        for statement in self._of(parsed):
            yield from self._statement_obstacles(statement)

    def _statement_obstacles(self, statement: PlainStatement) -> Iterator[str]:
        names, position = statement.names, statement.cell.cell.position
        if names.configures or names.changes_import_path:
            yield "it sets the state of a module, which cells below need"
        if names.star_imports:
            yield f"from {names.star_imports[0]} import * is a tool for other cells"
        for name in sorted(names.deletes & statement.cell.names.deletes):
            yield f"it deletes {name!r}, which another cell binds"
        for name in sorted(names.mutates | names.deferred_mutates):
            changed = self._readers.get(name, {}).get(position)
            if changed and name not in statement.cell.names.binds:
                yield f"it changes {name!r}, which cell {changed[0]} reads"

    def _unsure(self, plain: Mapping[int, str]) -> Mapping[int, str]:
        """Cells whose values a pipeline might make otherwise, with all that depend on them."""
        unsure = dict(self._effects)
        for change in self._hidden:
            unsure |= {cell: reason for cell, reason in self._after_change(change, plain) if cell not in unsure}
        for edge in self._graph.edges:  # by target, and no edge goes up
            if edge.source in unsure and edge.target not in unsure:
                unsure[edge.target] = f"it depends on cell {edge.source}, and there {unsure[edge.source]}"
        return unsure

    def _after_change(self, change: HiddenChange, plain: Mapping[int, str]) -> Iterator[tuple[int, str]]:
        here = change.statement.cell.cell.position
        if change.made_here and here not in plain:
            return
        for source, targets in self._readers.get(change.name, {}).items():
            for target in targets:
                # An asset's cell runs whole, and sees what it changes itself; of a plain one, statements are left out.
                if source <= here < target or (target == here and here in plain):
                    yield target, f"cell {here} {change.how}"

    def _changes(self) -> dict[int, dict[str, int]]:
        """For each cell, its names that another cell changes in place, and that cell."""
        found: dict[int, dict[str, int]] = {}
        for statement in self._graph.timeline.statements:
            here = statement.cell.cell.position
            for name in statement.names.mutates | statement.names.configures:
                for maker in self._graph.timeline.before(name, statement.time).statements:
                    there = maker.cell.cell.position
                    if there != here and name in maker.names.all_binds:
                        found.setdefault(there, {}).setdefault(name, here)
        return found

    def _of(self, parsed: ParsedCell) -> list[PlainStatement]:
        return self._statements.get(parsed.cell.position, [])

    def _values(self, parsed: ParsedCell) -> set[str]:
        """The names that are bound to values: by assignments, and neither by imports nor definitions."""
        found: set[str] = set()
        for statement in self._of(parsed):
            assigned = {
                target.id
                for each in ast.walk(statement.node)
                if isinstance(each, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.NamedExpr))
                for target in _targets(each)
            }
            if isinstance(statement.node, ast.Assign) and isinstance(statement.node.value, ast.Lambda):
                assigned = set()
            found = (found - statement.names.all_binds) | (assigned & statement.names.all_binds)
        return found

    def _is_worth_keeping(self, parsed: ParsedCell, name: str) -> bool:
        """Whether making it takes more than writing it down."""
        for statement in self._of(parsed):
            if name in statement.names.all_binds | statement.names.mutates:
                if isinstance(statement.node, (ast.For, ast.While, ast.With, ast.Try)):
                    return True
                if any(isinstance(each, _WORK) for each in ast.walk(statement.node)):
                    return not self._is_drawing(parsed, name)
                if any(edge.target == parsed.cell.position for edge in self._graph.edges_to(parsed.cell.position)):
                    read = statement.names.reads - statement.names.all_binds
                    if any(name in self._last_binding for name in read):
                        return True
        return False

    def _is_drawing(self, parsed: ParsedCell, name: str) -> bool:
        for statement in self._of(parsed):
            value = getattr(statement.node, "value", None)
            if name in statement.names.all_binds and isinstance(value, ast.Call):
                function = value.func
                plotting = False
                while isinstance(function, (ast.Attribute, ast.Call)):
                    plotting |= isinstance(function, ast.Attribute) and function.attr in ("plot", "hist", "boxplot")
                    function = function.value if isinstance(function, ast.Attribute) else function.func
                if plotting or (isinstance(function, ast.Name) and function.id in _DRAWING):
                    return True
        return False


_WORK: Final = (ast.Call, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Await)


def _targets(node: ast.Assign | ast.AugAssign | ast.AnnAssign | ast.NamedExpr) -> Iterator[ast.Name]:
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        for each in ast.walk(target):
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                yield each


def _bound_in_order(statements: Sequence[PlainStatement]) -> Iterator[str]:
    for statement in statements:
        for each in ast.walk(statement.node):
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                yield each.id
