"""A graph as a picture or a text that needs no browser code: text, Mermaid, DOT, SVG, JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from daglab.foundation.graphs import topological_order
from daglab.foundation.text import format_bytes, format_duration, plural
from daglab.views.dot import new_digraph, svg_by_dot
from daglab.views.shapes import AssetStatus, AssetView, GraphView, to_wire
from daglab.views.static_svg import INK, PAPER, draw

ICONS: Mapping[AssetStatus, str] = {
    "never": "○",
    "fresh": "✓",
    "stale": "~",
    "missing": "?",
    "queued": "…",
    "running": "▸",
    "failed": "✗",
}

# Words and borders in these colours can be read on the paper of a card, which is light in dark front ends, too.
COLORS: Mapping[AssetStatus, str] = {
    "never": "#6e7781",
    "fresh": "#1a7f37",
    "stale": "#9a6700",
    "missing": "#a14a0b",
    "queued": "#57606a",
    "running": "#0969da",
    "failed": "#cf222e",
}


def to_text(graph: GraphView) -> str:
    """The graph as lines of text: one asset a line, in layers, each after what it needs."""
    if not graph.assets:
        return f"{graph.title}: no assets"
    layers = layers_of(graph)
    needs = _needs(graph)
    width = max(len(one.key) for one in graph.assets)
    lines = [f"{graph.title}: {plural(len(graph.assets), 'asset')}"]
    for number, layer in enumerate(layers, start=1):
        for place, one in enumerate(layer):
            head = str(number) if place == 0 else ""
            facts = " · ".join([*_facts(one), *([one.reason] if one.reason else [])])
            after = f"  ← {', '.join(needs[one.key])}" if needs[one.key] else ""
            line = f"{head:>3}  {ICONS[one.status]} {one.status:<7}  {one.key:<{width}}  {facts}{after}"
            lines.append(one_line(line).rstrip())
    lines += [f"{one.severity}: {_place(one.location, one.cell)}{one.message}" for one in graph.findings]
    return "\n".join(lines)


def to_mermaid(graph: GraphView) -> str:
    """The graph as a Mermaid flowchart."""
    ids = {one.key: f"n{number}" for number, one in enumerate(graph.assets)}
    lines = ["flowchart LR"]
    for one in graph.assets:
        label = f"{mermaid_text(one.key)}<br/>{ICONS[one.status]} {one.status}"
        lines.append(f'  {ids[one.key]}["{label}"]:::{one.status}')
    lines += [
        f"  {ids[edge.source]} --> {ids[edge.target]}"
        for edge in graph.edges
        if _is_whole(edge.source, edge.target, ids)
    ]
    used = sorted({one.status for one in graph.assets})
    lines += [f"  classDef {name} fill:{PAPER},color:{INK},stroke:{COLORS[name]}" for name in used]
    return "\n".join(lines) + "\n"


def to_dot(graph: GraphView) -> str:
    """The graph in Graphviz's language."""
    import graphviz

    dot = new_digraph("daglab", ranksep="0.45")
    ids = {one.key: f"n{number}" for number, one in enumerate(graph.assets)}
    for one in graph.assets:
        label = rf"{graphviz.escape(one_line(one.key))}\n{graphviz.escape(_caption(one))}"
        tooltip = graphviz.escape(one_line(one.reason or one.description or one.key))
        border = {"color": COLORS[one.status], "style": "filled,rounded,dashed" if one.external else "filled,rounded"}
        dot.node(ids[one.key], label=label, tooltip=tooltip, **border)
    for edge in graph.edges:
        if _is_whole(edge.source, edge.target, ids):
            dot.edge(ids[edge.source], ids[edge.target])
    return str(dot.source)


def to_svg(graph: GraphView) -> str:
    """The graph as a picture: drawn by Graphviz where its program `dot` is installed, else by daglab itself."""
    if drawn := svg_by_dot(len(graph.assets), lambda: to_dot(graph)):
        return drawn
    cards = {one.key: (one_line(one.key), _caption(one), COLORS[one.status], one.external) for one in graph.assets}
    edges = [(edge.source, edge.target) for edge in graph.edges if _is_whole(edge.source, edge.target, cards)]
    return draw([[one.key for one in layer] for layer in layers_of(graph)], cards, edges)


def to_json(graph: GraphView) -> str:
    """The graph as JSON, as the other faces are sent it."""
    return json.dumps(to_wire(graph), indent=2, ensure_ascii=False)


def layers_of(graph: GraphView) -> list[list[AssetView]]:
    """The assets, each in a layer after the layers of all that it needs."""
    needs = _needs(graph)
    depth: dict[str, int] = {}
    for key in topological_order(needs):
        depth[key] = 1 + max((depth[one] for one in needs.get(key, ())), default=-1)
    layers: list[list[AssetView]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for one in graph.assets:
        layers[depth[one.key]].append(one)
    return layers


def _needs(graph: GraphView) -> dict[str, list[str]]:
    needs: dict[str, list[str]] = {one.key: [] for one in graph.assets}
    for edge in graph.edges:
        if _is_whole(edge.source, edge.target, needs):
            needs[edge.target].append(edge.source)
    return needs


def _is_whole(source: str, target: str, known: Mapping[str, object]) -> bool:
    """An asset that is refused is shown, and may be needed by others that are not."""
    return source in known and target in known


def _caption(one: AssetView) -> str:
    return " · ".join([f"{ICONS[one.status]} {one.status}", *_facts(one)[:2]])


def _facts(one: AssetView) -> Sequence[str]:
    facts = [plural(one.rows, "row")] if one.rows is not None else []
    facts += [format_bytes(one.bytes)] if one.bytes is not None else []
    facts += [format_duration(one.seconds)] if one.seconds is not None else []
    return facts


def _place(location: str, cell: int | None) -> str:
    return f"{location}: " if cell is None else f"{location}, cell {cell}: "


def one_line(text: str) -> str:
    """A text without control characters."""
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text)


def mermaid_text(text: str) -> str:
    """A text inside a label: Mermaid has entities of its own, written with a # and a semicolon."""
    return re.sub(r"[^\w /.\-]", lambda found: f"#{ord(found[0])};", one_line(text))
