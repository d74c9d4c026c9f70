"""Cells that are run by hand in JupyterLab: what they show, what they record, and how they fail."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from notebook_page import NotebookPage
from playwright.sync_api import expect
from running_lab import Lab

CELLS = (
    "%load_ext daglab",
    "%%asset\nletters = ['b', 'a']",
    "%%asset\nin_order = sorted(letters)\nin_order",
    "%dag",
)
Open = Callable[[str], NotebookPage]


@pytest.fixture
def notebook(lab: Lab, open_notebook: Open) -> NotebookPage:
    """A notebook of two assets that shows its graph."""
    lab.write("letters.ipynb", *CELLS)
    notebook = open_notebook("letters.ipynb")
    notebook.run(0, 3)
    notebook.await_statuses(letters="never", in_order="never")
    return notebook


def test_a_cell_says_what_it_made_and_shows_its_last_expression(notebook: NotebookPage) -> None:
    page = notebook.page
    page.locator(".jp-SideBar [data-id='daglab-panel']").click()
    panel = page.locator("#daglab-panel [data-daglab='assets']")
    notebook.run(1)
    expect(notebook.output(1)).to_contain_text("letters · ")
    notebook.await_statuses(letters="fresh", in_order="never")
    expect(panel.locator("[data-key='letters']")).to_have_attribute("data-status", "fresh")
    notebook.run(2)
    expect(notebook.output(2)).to_contain_text("['a', 'b']")
    expect(notebook.output(2)).to_contain_text("in_order · ")
    notebook.await_statuses(letters="fresh", in_order="fresh")
    expect(panel.locator("[data-key='in_order']")).to_have_attribute("data-status", "fresh")


def test_a_cell_that_fails_shows_its_line_and_stops_the_others(notebook: NotebookPage) -> None:
    notebook.source(2, "%%asset\nmiddle = 1\nin_order = sorted(letters) + middle")
    notebook.append("reached = True")
    notebook.command("notebook:run-all-cells")
    traceback = notebook.text(2)
    assert 'TypeError: can only concatenate list (not "int") to list' in traceback
    assert "in_order = sorted(letters) + middle" in traceback
    assert "daglab/" not in traceback, "frames of ours are none of the user's business"
    expect(notebook.output(4)).to_have_text("")
    assert "NameError" in notebook.run_text("reached")


def test_await_works_at_the_top_of_a_cell(notebook: NotebookPage) -> None:
    notebook.source(1, "%%asset\nimport asyncio\nletters = await asyncio.sleep(0.01, result=['z', 'y'])")
    notebook.run(1, 2)
    assert notebook.text(2).startswith("['y', 'z']"), notebook.text(2)
    notebook.await_statuses(letters="fresh", in_order="fresh")


def test_after_a_restart_a_late_cell_loads_what_it_reads(notebook: NotebookPage) -> None:
    notebook.run(1)
    assert notebook.run_text("letters.append('c')\nletters") == "['b', 'a', 'c']"
    notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    notebook.await_idle()
    notebook.run(0, 2)
    assert "['a', 'b']" in notebook.text(2), notebook.text(2)
    notebook.run(3)
    notebook.await_statuses(letters="fresh", in_order="fresh")
