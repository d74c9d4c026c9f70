"""The graph of the cells of a notebook, as the command line shows it and as other programs read it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from daglab.notebooks.cell_graph import CellEdge, CellGraph
from daglab.notebooks.hindrances import Hindrance
from daglab.notebooks.parsed import ParsedCell
from daglab.notebooks.saved_runs import SavedRuns
from daglab.notebooks.transform import cell_magic, is_foreign
from daglab.views.shapes import FindingSeverity


@dataclass(frozen=True, kw_only=True)
class CellView:
    """A code cell. `cell` is its position among all cells, from 1; `count` the number of its last run."""

    cell: int
    id: str | None
    kind: str
    title: str
    binds: list[str]
    lines: int
    count: int | None


@dataclass(frozen=True, kw_only=True)
class NameUseView:
    """Why there is an edge: what the source does to a name on one line, and where the target reads it."""

    name: str
    how: str
    source_line: int
    target_line: int
    through: str | None


@dataclass(frozen=True, kw_only=True)
class CellEdgeView:
    """The cell `target` reads `names` as the cell `source` leaves them."""

    source: int
    target: int
    names: list[str]
    uses: list[NameUseView]


@dataclass(frozen=True, kw_only=True)
class HindranceView:
    """What would hinder the notebook as a pipeline."""

    kind: str
    severity: FindingSeverity
    cell: int | None
    line: int | None
    message: str


@dataclass(frozen=True, kw_only=True)
class CellGraphView:
    """The graph of a notebook's cells, run from top to bottom."""

    title: str
    nbformat: int | None
    cells: list[CellView]
    edges: list[CellEdgeView]
    findings: list[HindranceView]


def cell_graph_view(graph: CellGraph, saved: SavedRuns, hindrances: Sequence[Hindrance]) -> CellGraphView:
    """Everything that there is to show of a notebook."""
    return CellGraphView(
        title=graph.notebook.path.name,
        nbformat=saved.nbformat,
        cells=[_cell(parsed, saved) for parsed in graph.cells],
        edges=[_edge(edge) for edge in graph.edges],
        findings=[
            HindranceView(kind=one.kind, severity=one.severity, cell=one.cell, line=one.line, message=one.message)
            for one in hindrances
        ],
    )


def _cell(parsed: ParsedCell, saved: SavedRuns) -> CellView:
    run = saved.runs.get(parsed.cell.position)
    return CellView(
        cell=parsed.cell.position,
        id=parsed.cell.id,
        kind=_kind(parsed),
        title=_title(parsed),
        binds=sorted(parsed.names.all_binds),
        lines=len(parsed.cell.source.splitlines()),
        count=run.count if run else None,
    )


def _kind(parsed: ParsedCell) -> str:
    if parsed.problem is not None:
        return "broken"
    if parsed.role == "plain" and is_foreign(parsed.cell.source):
        return f"%%{cell_magic(parsed.cell.source)}"
    return "code" if parsed.role == "plain" else parsed.role


def _title(parsed: ParsedCell) -> str:
    """What it makes; else what it imports or defines; else its first line."""
    body = parsed.names.module.body
    tools = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    made: dict[str, None] = {}
    for wanted in (False, True):
        for node, names in zip(body, parsed.names.statements, strict=True):
            if isinstance(node, tools) == wanted:
                made.update(dict.fromkeys(sorted(names.all_binds & parsed.names.all_binds)))
        if made:
            return ", ".join(made)
    lines = (line.strip() for line in parsed.cell.source.splitlines())
    return next((line for line in lines if line and not line.startswith("#")), "")


def _edge(edge: CellEdge) -> CellEdgeView:
    uses = [
        NameUseView(
            name=use.name,
            how=use.how,
            source_line=use.source_line,
            target_line=use.target_line,
            through=use.through,
        )
        for use in edge.uses
    ]
    return CellEdgeView(source=edge.source, target=edge.target, names=list(edge.names), uses=uses)
