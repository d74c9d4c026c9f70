"""The graph of a notebook's cells as a text or a picture: text, Mermaid, DOT, SVG."""

from __future__ import annotations

import re
from collections.abc import Mapping

from daglab.foundation.text import plural
from daglab.views.cell_graphs import CellGraphView, CellView, HindranceView, NameUseView
from daglab.views.dot import FONT, new_digraph, svg_by_dot
from daglab.views.static import mermaid_text, one_line
from daglab.views.static_svg import INK, draw

_LONGEST = 48
_ADVICE = "\n  → "  # how an error begins its hint
_COLORS: Mapping[str, str] = {"error": "#cf222e", "warning": "#9a6700", "": "#57606a"}


def cells_to_text(graph: CellGraphView) -> str:
    """One cell after the other, each with what it reads, of which cell, and why; findings at the end."""
    lines = [f"{graph.title}: {plural(len(graph.cells), 'code cell')}, {plural(len(graph.edges), 'edge')}"]
    for cell in graph.cells:
        kind = "" if cell.kind == "code" else f" ({cell.kind})"
        lines.append(f"cell {cell.cell}{kind}  {_short(cell.title)}".rstrip())
        for edge in graph.edges:
            if edge.target == cell.cell:
                lines += [f"    ← cell {edge.source}: {_reason(use)}" for use in edge.uses]
    if graph.findings:
        lines.append("")
    lines += [finding_line(one) for one in graph.findings]
    return "\n".join(lines)


def finding_line(one: HindranceView) -> str:
    """One finding as a line, with what to do on one of its own."""
    line = f", line {one.line}" if one.line else ""
    place = "" if one.cell is None else f"cell {one.cell}{line}: "
    message, arrow, advice = one.message.partition(_ADVICE)
    return one_line(f"{one.severity}: {place}{message}") + arrow + one_line(advice)


def cells_to_mermaid(graph: CellGraphView) -> str:
    """The graph as a Mermaid flowchart."""
    lines = ["flowchart LR"]
    worst = _worst(graph)
    for cell in graph.cells:
        lines.append(f'  c{cell.cell}["{mermaid_text(_heading(cell))}<br/>{mermaid_text(_short(cell.title))}"]')
    lines += [f'  c{edge.source} -- "{mermaid_text(_label(edge.names))}" --> c{edge.target}' for edge in graph.edges]
    lines += [f"  style c{cell} stroke:{_COLORS[severity]}" for cell, severity in worst.items() if severity]
    return "\n".join(lines) + "\n"


def cells_to_dot(graph: CellGraphView) -> str:
    """The graph in Graphviz's language."""
    import graphviz

    dot = new_digraph("cells", ranksep="0.6", edges={"fontname": FONT, "fontsize": "9", "fontcolor": INK})
    worst = _worst(graph)
    for cell in graph.cells:
        label = rf"{graphviz.escape(_short(cell.title))}\n{graphviz.escape(_heading(cell))}"
        dot.node(f"c{cell.cell}", label=label, color=_COLORS[worst.get(cell.cell, "")])
    for edge in graph.edges:
        reasons = graphviz.escape("; ".join(_reason(use) for use in edge.uses))
        label = graphviz.escape(_label(edge.names))
        dot.edge(f"c{edge.source}", f"c{edge.target}", label=label, edgetooltip=reasons, labeltooltip=reasons)
    return str(dot.source)


def cells_to_svg(graph: CellGraphView) -> str:
    """The graph as a picture: drawn by Graphviz where its program `dot` is installed, else by daglab itself."""
    if drawn := svg_by_dot(len(graph.cells), lambda: cells_to_dot(graph)):
        return drawn
    worst = _worst(graph)
    cards = {
        str(cell.cell): (_short(cell.title), _heading(cell), _COLORS[worst.get(cell.cell, "")], False)
        for cell in graph.cells
    }
    pairs = {(str(edge.source), str(edge.target)): _label(edge.names) for edge in graph.edges}
    return draw(_layers(graph), cards, list(pairs), pairs)


def _layers(graph: CellGraphView) -> list[list[str]]:
    """Cells, each in a layer after those that it reads of; no edge goes up the document."""
    needs: dict[int, list[int]] = {}
    for edge in graph.edges:
        needs.setdefault(edge.target, []).append(edge.source)
    depth: dict[int, int] = {}
    for cell in graph.cells:
        depth[cell.cell] = 1 + max((depth[one] for one in needs.get(cell.cell, ())), default=-1)
    layers: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for position, place in depth.items():
        layers[place].append(str(position))
    return layers


def _reason(use: NameUseView) -> str:
    read = f"line {use.target_line} reads it"
    if use.through is not None:
        read = f"{use.through!r} reads it, which line {use.target_line} uses"
    return f"{use.name} (line {use.source_line} {use.how} it, {read})".replace("may change anything it", "may bind it")


def _heading(cell: CellView) -> str:
    count = "" if cell.count is None else f" · In [{cell.count}]"
    kind = "" if cell.kind == "code" else f" · {cell.kind}"
    return f"cell {cell.cell}{kind}{count}"


def _label(names: list[str]) -> str:
    return _short(", ".join(names))


def _short(text: str) -> str:
    line = re.sub(r"\s+", " ", one_line(text))
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _worst(graph: CellGraphView) -> dict[int, str]:
    worst: dict[int, str] = {}
    for one in graph.findings:
        if one.cell is not None and one.severity != "info" and worst.get(one.cell) != "error":
            worst[one.cell] = one.severity
    return worst
