"""What would hinder a notebook as a pipeline: names that are not there, hidden state, changes of others' values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from daglab.errors import suggest
from daglab.notebooks.analysis import Severity
from daglab.notebooks.cell_graph import CellGraph, MissingName
from daglab.notebooks.directive import AssetDirective
from daglab.notebooks.parsed import ParsedCell
from daglab.notebooks.saved_runs import SavedRuns
from daglab.notebooks.slicer import GIVEN_NAMES
from daglab.notebooks.timeline import PlainStatement
from daglab.notebooks.transform import cell_magic, is_foreign
from daglab.notebooks.work import describe_work

HindranceKind = Literal[
    "broken", "undefined", "bound below", "deleted", "history", "rebinding", "change", "dynamic", "star import",
    "other language", "out of order", "older value", "never run", "saved error", "shared work", "old format",
]  # fmt: skip

_HISTORY = re.compile(r"_i{0,3}|__|___|_i?\d+|In|Out|_oh|_ih|_dh")


@dataclass(frozen=True, kw_only=True, slots=True)
class Hindrance:
    """One thing to tell. An "error" would fail from top to bottom, a "warning" may give other values."""

    kind: HindranceKind
    severity: Severity
    cell: int | None
    line: int | None
    message: str


def find_hindrances(graph: CellGraph, saved: SavedRuns) -> tuple[Hindrance, ...]:
    """Finds all of them, in the order of the cells."""
    found = [
        *_format(saved),
        *_unusable(graph),
        *_missing(graph),
        *_rebindings(graph),
        *_changes(graph),
        *_unknowable(graph),
        *_shared_work(graph),
        *_order_of_runs(graph, saved),
    ]
    return tuple(sorted(found, key=lambda one: (one.cell or 0, one.line or 0)))


def _format(saved: SavedRuns) -> Iterator[Hindrance]:
    if saved.nbformat is not None and saved.nbformat < 4:
        message = (
            f"the file is of nbformat {saved.nbformat}; save it in JupyterLab, or convert it with "
            "jupyter nbconvert --to notebook, before anything is written into it"
        )
        yield Hindrance(kind="old format", severity="info", cell=None, line=None, message=message)


def _unusable(graph: CellGraph) -> Iterator[Hindrance]:
    for parsed in graph.cells:
        position = parsed.cell.position
        if parsed.problem is not None:
            yield Hindrance(kind="broken", severity="error", cell=position, line=parsed.line, message=parsed.problem)
        elif is_foreign(parsed.cell.source) and not parsed.names.statements:
            magic = cell_magic(parsed.cell.source)
            message = f"%%{magic} hands the cell to something that is not Python; a pipeline does not run it"
            yield Hindrance(kind="other language", severity="info", cell=position, line=1, message=message)


def _missing(graph: CellGraph) -> Iterator[Hindrance]:
    known = [*graph.timeline.names(), *GIVEN_NAMES]
    for one in graph.missing:
        directive = one.cell.directive
        if isinstance(directive, AssetDirective) and one.name in directive.ins:
            continue
        kind, message = _explained(one, known, graph)
        severity: Severity = "error" if one.certain else "warning"
        if kind == "undefined" and _may_be_an_asset_of_the_project(one, graph):
            severity = "warning"
            message = f"nothing in this notebook binds {one.name!r}, so it means an asset of the project"
            nearest = suggest(one.name, known)
            message += f"; if there is none, {nearest}" if nearest else ""
        if not one.certain:
            message = f"code that it may call reads {one.name!r}: {message}"
        yield Hindrance(kind=kind, severity=severity, cell=one.cell.cell.position, line=one.line, message=message)


def _may_be_an_asset_of_the_project(one: MissingName, graph: CellGraph) -> bool:
    return one.cell.directive is not None and one.below is None and graph.timeline.broken_cell_with(one.name) is None


def _explained(one: MissingName, known: list[str], graph: CellGraph) -> tuple[HindranceKind, str]:
    position = one.cell.cell.position
    if one.deleted_in is not None:
        return "deleted", f"{one.name!r} is deleted in cell {one.deleted_in}; read it before, or keep it"
    if one.below is not None and one.below.cell.cell.position > position:
        there = one.below.cell.cell.position
        return (
            "bound below",
            f"{one.name!r} is bound only further down, in cell {there}; move that above cell {position}",
        )
    if one.below is not None:
        return "undefined", f"the cell reads {one.name!r} before it binds it, and no cell above does; bind it first"
    if _HISTORY.fullmatch(one.name):
        return "history", f"{one.name!r} is an output of the session in which it was run; give that value a name"
    broken = graph.timeline.broken_cell_with(one.name)
    if broken is not None:
        there = broken.cell.position
        return "undefined", f"nothing binds {one.name!r}; cell {there} names it, but is broken: mend that one first"
    nearest = suggest(one.name, known)
    advice = nearest or "a cell that did may have been deleted; define or import it above"
    return "undefined", f"nothing binds {one.name!r}; {advice}"


def _rebindings(graph: CellGraph) -> Iterator[Hindrance]:
    binders: dict[str, dict[int, PlainStatement]] = {}
    for statement in graph.timeline.statements:
        for name in statement.names.all_binds - statement.names.imports:
            binders.setdefault(name, {}).setdefault(statement.cell.cell.position, statement)
    readers: dict[str, set[int]] = {}
    for edge in graph.edges:
        for use in edge.uses:
            if use.how in ("binds", "may bind"):
                readers.setdefault(use.name, set()).add(edge.target)
    for name, by_cell in binders.items():
        cells = sorted(by_cell)
        between = sorted(one for one in readers.get(name, ()) if cells[0] < one <= cells[-1])
        if len(cells) < 2 or not between:
            continue
        first = by_cell[next(one for one in cells if one > cells[0])]
        message = (
            f"{name!r} is bound by {_listed(cells)}, and read in between by {_listed(between)}: what a cell sees "
            "depends on which ones ran last; give each value a name of its own"
        )
        yield Hindrance(
            kind="rebinding",
            severity="warning",
            cell=first.cell.cell.position,
            line=first.node.lineno,
            message=message,
        )


def _changes(graph: CellGraph) -> Iterator[Hindrance]:
    told: set[tuple[int, str]] = set()
    for name, statement, maker in changes_of_others(graph):
        position, there = statement.cell.cell.position, maker.cell.cell.position
        if (position, name) not in told:
            told.add((position, name))
            message = (
                f"it changes {name!r}, which cell {there} makes: run twice, it changes it twice, and cells between "
                f"see another value than cells below; work on a copy, under a new name"
            )
            yield Hindrance(
                kind="change", severity="warning", cell=position, line=statement.node.lineno, message=message
            )


def changes_of_others(graph: CellGraph) -> Iterator[tuple[str, PlainStatement, PlainStatement]]:
    """Names that a statement changes in place, with it and the statement of another cell that made the value."""
    for statement in graph.timeline.statements:
        for name in sorted(statement.names.mutates - statement.names.binds):
            makers = [
                one
                for one in graph.timeline.before(name, statement.time).statements
                if name in one.names.all_binds and one.time < statement.time
            ]
            if makers and not any(one.cell is statement.cell for one in makers if name in one.names.binds):
                maker = makers[0]
                if maker.cell is not statement.cell and name not in maker.names.imports:
                    yield name, statement, maker


def _unknowable(graph: CellGraph) -> Iterator[Hindrance]:
    for statement in graph.timeline.statements:
        position, line = statement.cell.cell.position, statement.node.lineno
        if statement.names.dynamic:
            message = f"{statement.names.dynamic} hides which names it reads and binds; no edge can show them"
            yield Hindrance(kind="dynamic", severity="warning", cell=position, line=line, message=message)
        for module in statement.names.star_imports:
            message = f"from {module} import * may bind any name; import the names that are used"
            yield Hindrance(kind="star import", severity="info", cell=position, line=line, message=message)


def _shared_work(graph: CellGraph) -> Iterator[Hindrance]:
    users: dict[int, list[int]] = {}
    for edge in graph.edges:
        users.setdefault(edge.source, []).append(edge.target)
    open_cells = {one.cell.position for one in graph.cells if one.role == "plain"}
    for statement in graph.timeline.statements:
        position = statement.cell.cell.position
        work = describe_work(statement.node) if position in open_cells else None
        if work is not None and len(users.get(position, ())) > 1:
            open_cells.discard(position)
            message = (
                f"{work} makes what {_listed(users[position])} read; as a plain cell of a pipeline it would run "
                "again for each; make it an asset: %%asset"
            )
            yield Hindrance(
                kind="shared work", severity="info", cell=position, line=statement.node.lineno, message=message
            )


def _order_of_runs(graph: CellGraph, saved: SavedRuns) -> Iterator[Hindrance]:
    counts = {position: run.count for position, run in saved.runs.items() if run.count is not None}
    highest: tuple[int, int] | None = None
    for parsed in graph.cells:
        position = parsed.cell.position
        run = saved.runs.get(position)
        if run is None or not parsed.cell.source.strip():
            continue
        if run.error is not None:
            message = f"its saved output is an error: {run.error:.200}"
            yield Hindrance(kind="saved error", severity="warning", cell=position, line=None, message=message)
        if run.count is None:
            if counts:
                message = "it was never run since the outputs were saved, and others were; run the whole notebook"
                yield Hindrance(kind="never run", severity="info", cell=position, line=None, message=message)
            continue
        yield from _older_values(graph, parsed, counts)
        if highest is not None and run.count <= highest[0]:
            message = (
                f"it was run as In [{run.count}], and cell {highest[1]} above it as In [{highest[0]}]: not from top "
                "to bottom; restart the kernel and run all cells"
            )
            yield Hindrance(kind="out of order", severity="warning", cell=position, line=None, message=message)
        highest = max(highest, (run.count, position)) if highest is not None else (run.count, position)


def _older_values(graph: CellGraph, parsed: ParsedCell, counts: dict[int, int]) -> Iterator[Hindrance]:
    position = parsed.cell.position
    for edge in graph.edges_to(position):
        there = counts.get(edge.source)
        if there is not None and there > counts[position]:
            message = (
                f"cell {edge.source}, which makes {', '.join(map(repr, edge.names))}, was run after it: its saved "
                "output may be of an older value"
            )
            yield Hindrance(kind="older value", severity="warning", cell=position, line=None, message=message)


def _listed(cells: list[int]) -> str:
    *most, last = dict.fromkeys(cells)
    return f"cells {', '.join(map(str, most))} and {last}" if most else f"cell {last}"
