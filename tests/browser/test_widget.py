"""The live graph in a notebook: what it shows, what its clicks do, and what it follows."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from notebook_page import NotebookPage
from playwright.sync_api import expect
from running_lab import Lab

HELPER = "FACTOR = 2\n\ndef scaled(numbers):\n    return [FACTOR * one for one in numbers]"
CELLS = (
    "%load_ext daglab",
    HELPER,
    '%%asset\n"""What was ordered."""\norders = [1, 2, 3]',
    "%%asset\ndoubled = scaled(orders)",
    "%%asset\ntotal = sum(doubled)",
    '%%asset\nlabels = [f"no {one}" for one in orders]',
    "%%check total is_positive\ntotal > 0",
    "%dag",
)
HELPER_CELL, GRAPH_CELL = 1, 7
ALL = ("orders", "doubled", "total", "labels")
Open = Callable[[str], NotebookPage]


def every(status: str) -> dict[str, str]:
    return dict.fromkeys(ALL, status)


@pytest.fixture
def notebook(lab: Lab, open_notebook: Open) -> NotebookPage:
    """A notebook of four assets that shows its graph."""
    lab.write("orders.ipynb", *CELLS)
    notebook = open_notebook("orders.ipynb")
    notebook.run(0, GRAPH_CELL)
    notebook.await_statuses(**every("never"))
    return notebook


def make_all(notebook: NotebookPage) -> None:
    notebook.act("materialize-stale").click()
    notebook.await_statuses(**every("fresh"))


def test_one_click_makes_everything(notebook: NotebookPage) -> None:
    expect(notebook.act("materialize-stale")).to_have_text("Materialize stale (4)")
    make_all(notebook)
    expect(notebook.act("materialize-stale")).to_be_disabled()
    assert notebook.run_text("import daglab\n[daglab.load(one) for one in ('doubled', 'total', 'labels')]") == (
        "[[2, 4, 6], 12, ['no 1', 'no 2', 'no 3']]"
    )
    checks = notebook.details("total").locator(".daglab-checks")
    expect(checks).to_contain_text("is_positive")
    expect(checks).to_contain_text("Passed")


def test_a_node_is_made_again_alone_and_with_what_it_needs(notebook: NotebookPage, lab: Lab) -> None:
    make_all(notebook)
    notebook.details("doubled").locator("[data-daglab='materialize-asset']").click()
    await_made(lab, orders=1, doubled=2, total=1, labels=1)
    notebook.await_statuses(**every("fresh"))
    # What changes in a cell that is not run yet is not the notebook of the kernel.
    notebook.source(2, "%%asset\norders = [1, 2, 3, 4]")
    notebook.run(2)
    assert notebook.text(2).startswith("orders · ")
    notebook.await_statuses(orders="fresh", doubled="stale", labels="stale")
    notebook.details("total").locator("[data-daglab='materialize-upstream']").click()
    notebook.await_statuses(orders="fresh", doubled="fresh", total="fresh", labels="stale")
    await_made(lab, orders=2, doubled=3, total=2, labels=1)


def await_made(lab: Lab, **times: int) -> None:
    """Waits until assets were made that often."""
    deadline = time.monotonic() + 20
    while True:
        found = {key: lab.times_made(key) for key in times}
        if found == times or time.monotonic() > deadline:
            assert found == times
            return


def test_an_edited_helper_turns_what_it_touches_stale(notebook: NotebookPage) -> None:
    make_all(notebook)
    notebook.source(HELPER_CELL, HELPER.replace("FACTOR = 2", "FACTOR = 3"))
    notebook.run(HELPER_CELL)
    notebook.await_statuses(orders="fresh", doubled="stale", total="stale", labels="fresh")
    expect(notebook.details("doubled").locator(".daglab-reason")).to_contain_text("'FACTOR', which it uses, changed")
    make_all(notebook)
    assert notebook.run_text("import daglab\ndaglab.load('total')") == "18"


def test_a_run_of_the_command_line_is_followed_while_the_kernel_is_busy(notebook: NotebookPage, lab: Lab) -> None:
    notebook.source(3, "%%asset\nimport time\ntime.sleep(1.5)\ndoubled = scaled(orders)")
    notebook.command("docmanager:save")
    busy = notebook.append("import time\ntime.sleep(12)\n'awake'")
    notebook.start(busy)
    notebook.record()
    process = lab.start_command("materialize", "-f", "orders.ipynb", "--all")
    notebook.await_statuses(doubled="running", total="queued")
    expect(notebook.act("cancel")).to_be_visible()
    notebook.await_statuses(**every("fresh"))
    assert notebook.text(busy) == "", "the kernel was to be busy all the time"
    assert notebook.recorded()["doubled"][-2:] == ["running", "fresh"]
    assert "queued" in notebook.recorded()["total"]
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 0, out
    notebook.command("notebook:interrupt-kernel")


def test_a_failure_says_why_and_can_be_mended(notebook: NotebookPage) -> None:
    notebook.source(HELPER_CELL, HELPER.replace("FACTOR * one", "FACTOR / (one - 2)"))
    notebook.run(HELPER_CELL)
    notebook.act("materialize-stale").click()
    notebook.await_statuses(orders="fresh", doubled="failed", labels="fresh")
    expect(notebook.card("doubled")).to_contain_text("ZeroDivisionError: division by zero")
    expect(notebook.details("doubled").locator(".daglab-error")).to_contain_text("ZeroDivisionError: division by zero")
    assert notebook.statuses()["total"] != "fresh"
    notebook.source(HELPER_CELL, HELPER)
    notebook.run(HELPER_CELL)
    make_all(notebook)


def test_a_long_run_is_canceled(notebook: NotebookPage, lab: Lab) -> None:
    notebook.source(HELPER_CELL, HELPER.replace("    return", "    import time\n    time.sleep(60)\n    return"))
    notebook.run(HELPER_CELL)
    notebook.act("materialize-stale").click()
    notebook.await_statuses(doubled="running")
    notebook.act("cancel").click()
    expect(notebook.act("cancel")).to_be_hidden(timeout=15_000)
    assert notebook.statuses()["orders"] == "fresh", "what was made is kept"
    assert notebook.statuses()["doubled"] != "running"
    assert "Canceled" in lab.command("runs") or "CANCELED" in lab.command("runs")


def test_the_keyboard_walks_the_graph(notebook: NotebookPage) -> None:
    page = notebook.page
    notebook.card("orders").focus()
    page.keyboard.press("ArrowRight")
    first = page.evaluate("() => document.activeElement.dataset.key")
    assert first in ("doubled", "labels")
    page.keyboard.press("ArrowLeft")
    expect(notebook.card("orders")).to_be_focused()
    page.keyboard.press("Enter")
    expect(notebook.graph.locator(".daglab-details-name")).to_have_text("orders")
    page.keyboard.press("Escape")
    expect(notebook.graph.locator(".daglab-details")).to_be_hidden()
    expect(notebook.card("orders")).to_be_focused()
    # Keys that mean something to the notebook do not reach it from here.
    cells = page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length")
    page.keyboard.press("a")
    page.keyboard.press("d")
    page.keyboard.press("d")
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length") == cells


def test_a_reload_finds_the_live_graph_again(notebook: NotebookPage, lab: Lab) -> None:
    notebook.command("docmanager:save")
    notebook.page.goto(lab.url("orders.ipynb"))
    again = NotebookPage(notebook.page)
    again.await_statuses(**every("never"))
    make_all(again)


def test_a_saved_graph_shows_as_a_picture_once_its_kernel_is_gone(notebook: NotebookPage, lab: Lab) -> None:
    make_all(notebook)
    notebook.run(GRAPH_CELL)
    notebook.await_statuses(**every("fresh"))
    notebook.command("docmanager:save")
    notebook.page.goto("about:blank")
    lab.end_kernels()
    notebook.page.goto(lab.url("orders.ipynb"))
    again = NotebookPage(notebook.page)
    picture = again.output(GRAPH_CELL)
    expect(picture).to_contain_text("Run the cell again")
    expect(picture.locator("img, svg").first).to_be_visible()
    again.run(0, GRAPH_CELL)
    again.await_statuses(**every("fresh"))


def test_a_restarted_kernel_is_noticed(notebook: NotebookPage) -> None:
    notebook.page.wait_for_timeout(16_000)
    expect(notebook.graph.locator(".daglab-note")).to_be_hidden()
    expect(notebook.act("materialize-stale")).to_be_enabled()
    notebook.page.evaluate("async () => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    expect(notebook.graph.locator(".daglab-note")).to_contain_text("is gone or does not answer", timeout=20_000)
    expect(notebook.act("materialize-stale")).to_be_disabled()
    notebook.await_idle()
    notebook.run(0, GRAPH_CELL)
    expect(notebook.act("materialize-all")).to_be_visible()


def test_a_wish_that_has_nothing_to_do_is_answered_in_passing(notebook: NotebookPage) -> None:
    make_all(notebook)
    notebook.details("total").locator("[data-daglab='materialize-upstream']").click()
    summary = notebook.act("summary")
    expect(summary).to_have_text("Everything is fresh")
    expect(summary).to_have_text("4 assets · all fresh")
    expect(notebook.graph.locator("[role=alert]")).to_have_count(0)


def test_the_graph_fits_when_its_room_changes(notebook: NotebookPage) -> None:
    page = notebook.page
    page.set_viewport_size({"width": 900, "height": 960})
    try:
        assert_all_cards_in_view(notebook)
        # A view that the user has chosen is left alone.
        page.mouse.move(0, 0)
        notebook.act("zoom-in").click()
        before = transform(notebook)
        page.set_viewport_size({"width": 1100, "height": 960})
        page.wait_for_timeout(300)
        assert transform(notebook) == before
        notebook.act("zoom-fit").click()
        assert_all_cards_in_view(notebook)
    finally:
        page.set_viewport_size({"width": 1440, "height": 960})


def transform(notebook: NotebookPage) -> object:
    return notebook.graph.locator(".daglab-stage").evaluate("stage => stage.style.transform")


def assert_all_cards_in_view(notebook: NotebookPage) -> None:
    notebook.page.wait_for_function(
        """() => {
          const frame = document.querySelector('.jp-OutputArea .daglab-viewport').getBoundingClientRect();
          return [...document.querySelectorAll('.jp-OutputArea .daglab-card')].every(card => {
            const box = card.getBoundingClientRect();
            return box.left >= frame.left && box.right <= frame.right
              && box.top >= frame.top && box.bottom <= frame.bottom;
          });
        }"""
    )
