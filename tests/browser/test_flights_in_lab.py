"""The flights notebook as its users see it: its graph next to the cells, materialized by a click, in both themes."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from notebook_page import NotebookPage
from playwright.sync_api import expect
from running_lab import Lab
from screens import DARK, LIGHT, ROOT, screenshot, set_theme

FRESH = "() => document.querySelectorAll('.jp-OutputArea .daglab-card[data-status=fresh]').length"
IN_VIEW = """() => {
  const page = document.querySelector('.jp-NotebookPanel').getBoundingClientRect();
  const frame = document.querySelector('.jp-OutputArea .daglab-viewport').getBoundingClientRect();
  return [...document.querySelectorAll('.jp-OutputArea .daglab-card')].every(card => {
    const box = card.getBoundingClientRect();
    return box.left >= frame.left && box.right <= frame.right && box.top >= page.top && box.bottom <= page.bottom;
  });
}"""


@pytest.mark.slow
def test_one_click_makes_the_whole_flights_notebook(lab: Lab, open_notebook: Callable[[str], NotebookPage]) -> None:
    shutil.copy(ROOT / "notebooks" / "flights.ipynb", lab.folder / "flights.ipynb")
    notebook = open_notebook("flights.ipynb")
    page = notebook.page
    page.set_viewport_size({"width": 1440, "height": 992})  # whole cells, in the pictures
    page.locator(".jp-SideBar [data-id='daglab-panel']").click()
    cells = sources(notebook)
    graph = cells.index("%dag")
    notebook.run(cells.index("%load_ext daglab"), graph)
    expect(notebook.act("materialize-stale")).to_have_text("Materialize stale (18)")
    notebook.act("materialize-stale").click()
    page.wait_for_function(f"({FRESH})() >= 9", timeout=60_000)
    show(notebook, graph)
    screenshot(page, "flights-running")
    page.wait_for_function(f"({FRESH})() === 18", timeout=90_000)
    expect(notebook.act("summary")).to_have_text("18 assets · all fresh")
    # What was made elsewhere is there for the asking.
    notebook.execute(
        "import daglab; skill_by_month, what_matters = map(daglab.load, ('skill_by_month', 'what_matters'))"
    )
    notebook.run(cells.index("what_matters.head(6)"), cells.index("skill_by_month.round(3)"))
    show(notebook, graph)
    assert page.evaluate(IN_VIEW)
    for theme, name in ((LIGHT, "light"), (DARK, "dark")):
        set_theme(page, theme)
        show(notebook, graph)
        screenshot(page, f"flights-{name}", image=f"live-graph-{name}")
    set_theme(page, LIGHT)


def sources(notebook: NotebookPage) -> list[str]:
    found: list[str] = notebook.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.widgets.map(cell => cell.model.sharedModel.getSource())"
    )
    return found


def show(notebook: NotebookPage, cell: int) -> None:
    """Brings the end of a cell's output to the lower edge of the notebook."""
    notebook.page.evaluate(
        """async index => {
          const { content } = window.jupyterapp.shell.currentWidget;
          content.activeCellIndex = index;
          await content.scrollToItem(index, 'end');
        }""",
        cell,
    )
    notebook.graph.evaluate("graph => graph.scrollIntoView({block: 'end'})")
    notebook.page.mouse.move(700, 5)
    notebook.page.wait_for_timeout(300)
