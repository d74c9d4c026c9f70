"""Pictures and texts of the graph of cells."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from daglab.notebooks.cell_graph import graph_cells
from daglab.notebooks.document import Cell, Notebook
from daglab.notebooks.hindrances import find_hindrances
from daglab.notebooks.saved_runs import SavedRun, SavedRuns
from daglab.views import static_cells
from daglab.views.cell_graphs import CellGraphView, cell_graph_view

NASTY = "größe_名前 = '\"<b>&]#1;|{}'"


def view(*sources: str) -> CellGraphView:
    cells = tuple(Cell(id=None, position=n, kind="code", source=source) for n, source in enumerate(sources, 1))
    graph = graph_cells(Notebook(path=Path("n.ipynb"), cells=cells))
    saved = SavedRuns(nbformat=4, runs={1: SavedRun(count=7)})
    return cell_graph_view(graph, saved, find_hindrances(graph, saved))


def test_what_to_do_about_a_finding_has_a_line_of_its_own() -> None:
    assert static_cells.cells_to_text(view("%%asset a --grp raw\na = 1")).splitlines()[-2:] == [
        "error: cell 1, line 1: %%asset: there is no option '--grp'",
        "  → did you mean '--group'?",
    ]


def test_text_gives_the_reason_of_every_edge() -> None:
    text = static_cells.cells_to_text(view("R = 1\ndef f():\n  return R", "x = []", "%%bash\nls", "\nf(); x; y"))
    assert text.splitlines() == [
        "n.ipynb: 4 code cells, 2 edges",
        "cell 1  R",
        "cell 2  x",
        "cell 3 (%%bash)  %%bash",
        "cell 4  f(); x; y",
        "    ← cell 1: f (line 2 binds it, line 2 reads it)",
        "    ← cell 1: R (line 1 binds it, 'f' reads it, which line 2 uses)",
        "    ← cell 2: x (line 1 binds it, line 2 reads it)",
        "",
        "info: cell 3, line 1: %%bash hands the cell to something that is not Python; a pipeline does not run it",
        "error: cell 4, line 2: nothing binds 'y'; a cell that did may have been deleted; define or import it above",
    ]


def test_pictures_hold_cells_and_the_names_on_edges(drawing: str) -> None:
    picture = ElementTree.fromstring(static_cells.cells_to_svg(view(NASTY, "y = größe_名前 + z")))
    shown = "".join(picture.itertext())
    assert shown.count("größe_名前") >= 2
    assert "cell 1 · In [7]" in shown


def test_whatever_a_cell_holds_mermaid_and_dot_have_an_edge() -> None:
    nasty = view(NASTY, "y = größe_名前")
    assert 'c1 -- "größe_名前" --> c2' in static_cells.cells_to_mermaid(nasty)
    assert "c1 -> c2" in static_cells.cells_to_dot(nasty)


def test_an_empty_notebook_has_every_form(drawing: str) -> None:
    assert static_cells.cells_to_text(view()) == "n.ipynb: 0 code cells, 0 edges"
    assert static_cells.cells_to_mermaid(view()) == "flowchart LR\n"
    assert "digraph" in static_cells.cells_to_dot(view())
    ElementTree.fromstring(static_cells.cells_to_svg(view()))
