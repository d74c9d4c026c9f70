"""What pictures that Graphviz draws have in common."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from daglab.errors import DaglabError
from daglab.views.static_svg import INK, LINES, PAPER

if TYPE_CHECKING:
    from graphviz import Digraph

FONT = "Helvetica,Arial,sans-serif"
_MOST_NODES = 1500  # Graphviz takes long for more


def new_digraph(name: str, *, ranksep: str, edges: Mapping[str, str] | None = None) -> Digraph:
    """An empty graph from left to right, of cards and thin arrows.

    Args:
        name: of the graph.
        ranksep: inches between layers.
        edges: further attributes of all edges.
    """
    import graphviz

    return graphviz.Digraph(
        name=name,
        graph_attr={"rankdir": "LR", "bgcolor": "transparent", "nodesep": "0.2", "ranksep": ranksep, "fontname": FONT},
        node_attr={
            "shape": "box", "style": "filled,rounded", "fillcolor": PAPER, "fontcolor": INK, "fontname": FONT,
            "fontsize": "11", "margin": "0.14,0.08", "height": "0.4",
        },
        edge_attr={"color": LINES, "arrowsize": "0.6", "penwidth": "1.1", **(edges or {})},
    )  # fmt: skip


def svg_by_dot(nodes: int, source: Callable[[], str]) -> str | None:
    """The picture that Graphviz's program `dot` makes of a graph; None where it is not there, or of no use.

    Args:
        nodes: how many there are.
        source: gives the graph in Graphviz's language.
    """
    if not shutil.which("dot") or not 0 < nodes <= _MOST_NODES:
        return None
    try:
        return drawn_by_dot(source())
    except DaglabError:
        return None  # A broken installation of Graphviz is no reason to have no picture.


def drawn_by_dot(source: str) -> str:
    """A picture of what is written in Graphviz's language.

    Raises:
        DaglabError: its program is not installed, or failed.
    """
    import graphviz

    try:
        picture = str(graphviz.Source(source).pipe(format="svg", encoding="utf-8", quiet=True))
    except (graphviz.ExecutableNotFound, graphviz.CalledProcessError, OSError) as error:
        raise DaglabError(f"Graphviz could not draw the graph: {error}") from None
    # What comes before the element is for files; inside a notebook it is of no use.
    return picture[picture.index("<svg") :]
