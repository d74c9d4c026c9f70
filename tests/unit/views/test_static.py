"""Pictures and texts of a graph."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from daglab.views import dot, static
from daglab.views.shapes import AssetView, EdgeView, FindingView, GraphView

BARE = AssetView(
    key="a", name="a", group="default", kinds=[], owners=[], tags={}, description="", location="n.ipynb", cell=1,
    cell_id=None, external=False, status="fresh", reason="", run_id=None, materialized_at=None, started_at=None,
    seconds=1.5, rows=12, bytes=3400, data_version=None, code_version=None, error=None,
)  # fmt: skip
NASTY = '"<b>&\\n]x\n#1;|{} 名前'


def graph(edges: list[tuple[str, str]], *names: str) -> GraphView:
    keys = dict.fromkeys([*names, *(key for edge in edges for key in edge)])
    return GraphView(
        title="nights", assets=[replace(BARE, key=key) for key in keys],
        edges=[EdgeView(source=source, target=target) for source, target in edges], findings=[], runs=[], cursor=1,
    )  # fmt: skip


def test_text_shows_layers_states_and_needs() -> None:
    view = graph([("a", "b"), ("a", "c"), ("b", "c")])
    finding = FindingView(severity="error", location="n.ipynb", cell=3, line=None, message="broken")
    view = replace(
        view, assets=[*view.assets[:2], replace(BARE, key="c", status="stale", reason="Why.")], findings=[finding]
    )
    assert static.to_text(view).splitlines() == [
        "nights: 3 assets",
        "  1  ✓ fresh    a  12 rows · 3.4 kB · 1.5 s",
        "  2  ✓ fresh    b  12 rows · 3.4 kB · 1.5 s  ← a",
        "  3  ~ stale    c  12 rows · 3.4 kB · 1.5 s · Why.  ← a, b",
        "error: n.ipynb, cell 3: broken",
    ]


def test_an_empty_graph_has_every_form() -> None:
    empty = graph([])
    assert static.to_text(empty) == "nights: no assets"
    assert static.to_mermaid(empty) == "flowchart LR\n"
    assert "digraph" in static.to_dot(empty)
    ElementTree.fromstring(static.to_svg(empty))


def test_whatever_names_hold_the_picture_is_well_formed(drawing: str) -> None:
    root = ElementTree.fromstring(static.to_svg(graph([(NASTY, "b")])))
    shown = "".join(root.itertext())
    assert '"<b>&\\n]x #1;|{} 名前' in shown


def test_whatever_names_hold_dot_has_two_nodes_and_an_edge() -> None:
    text = static.to_dot(graph([(NASTY, "a:b")]))
    assert text.count("label=") == 2
    assert "n0 -> n1" in text


def test_mermaid_keeps_names_out_of_its_syntax() -> None:
    line = static.to_mermaid(graph([], NASTY)).splitlines()[1]
    inner = line.removeprefix('  n0["').split("<br/>")[0]
    assert not set('"<>&[]{}|') & set(inner)


def test_json_is_what_goes_over_the_wire() -> None:
    assert json.loads(static.to_json(graph([("a", "b")])))["edges"] == [{"source": "a", "target": "b"}]


def test_cards_of_the_own_drawing_do_not_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dot.shutil, "which", lambda name: None)
    edges = [(f"n{source}", f"n{target}") for source in range(30) for target in (source + 1, source + 5) if target < 30]
    root = ElementTree.fromstring(static.to_svg(graph(edges)))
    boxes = [
        tuple(float(one.attrib[name]) for name in ("x", "y", "width", "height"))
        for one in root.iter("{http://www.w3.org/2000/svg}rect")
    ]
    assert len(boxes) == 30
    for index, (x, y, width, height) in enumerate(boxes):
        for other_x, other_y, other_width, other_height in boxes[index + 1 :]:
            apart = (
                x + width <= other_x
                or other_x + other_width <= x
                or y + height <= other_y
                or other_y + other_height <= y
            )
            assert apart


def test_edges_of_an_asset_that_is_not_shown_are_left_out() -> None:
    view = replace(graph([], "a"), edges=[EdgeView(source="ghost", target="a")])
    assert "ghost" not in static.to_mermaid(view) + static.to_text(view) + static.to_dot(view)
