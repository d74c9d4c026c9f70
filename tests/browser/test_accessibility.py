"""What those who do not see the graph, or use no mouse, have of it: checked by axe, in both themes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from notebook_page import NotebookPage
from playwright.sync_api import Page, expect
from running_lab import Lab
from screens import DARK, LIGHT, ROOT, screenshot, set_theme

AXE = ROOT / "labextension" / "node_modules" / "axe-core" / "axe.min.js"
CELLS = (
    "%load_ext daglab",
    '%%asset --group raw --kinds csv\n"""What was sold."""\nsold = [3, 4]',
    "%%asset\nearned = sum(sold)",
    "%%asset\nmean = earned / (len(sold) - 2)",
    "%%asset\nreport = f'{mean} each'",
    "%%check sold not_empty --severity WARN\nlen(sold) > 2",
    "%dag",
)
# What is serious, where it is, and why.
_SERIOUS = """async () => {
  const found = await axe.run({include: [['.daglab'], ['#daglab-panel']]});
  return found.violations.filter(one => ['serious', 'critical'].includes(one.impact)).flatMap(one =>
    one.nodes.map(node => `${one.id}: ${node.html.slice(0, 160)} ${node.any.map(any => any.message).join(' ')}`));
}"""
_NAMELESS = """() => [...document.querySelectorAll('.daglab, #daglab-panel')].flatMap(root =>
  [...root.querySelectorAll('button, input, summary, a, [role=button], [tabindex="0"]')]
    .filter(node => !(node.getAttribute('aria-label') ?? node.innerText ?? '').trim())
    .map(node => node.outerHTML.slice(0, 160)))"""


def test_nothing_serious_is_found_by_axe(page: Page, lab: Lab, open_notebook: Callable[[str], NotebookPage]) -> None:
    lab.write("sales.ipynb", *CELLS)
    lab.write("broken.ipynb", "%%asset\nother = (1")
    notebook = open_notebook("sales.ipynb")
    page.locator(".jp-SideBar [data-id='daglab-panel']").click()
    notebook.run(0, 6)
    notebook.await_statuses(sold="never", mean="never")
    notebook.details("mean").locator("[data-daglab='materialize-upstream']").click()
    notebook.await_statuses(sold="fresh", earned="fresh", mean="failed")
    lab.add_setting("processes = 0")
    notebook.act("materialize-stale").click()
    expect(notebook.graph.locator("[role=alert]")).to_be_visible()
    expect(page.locator("#daglab-panel .daglab-finding")).to_be_visible()
    expect(page.locator("#daglab-panel [data-key='mean']")).to_have_attribute("data-status", "failed")
    page.add_script_tag(path=AXE)
    for theme, name in ((LIGHT, "light"), (DARK, "dark")):
        set_theme(page, theme)
        for shown in ("mean", "sold"):
            notebook.details(shown)
            page.wait_for_timeout(500)  # it glides into view
            screenshot(page, f"details-{shown}-{name}")
            found: Any = page.evaluate(_SERIOUS)
            assert found == []
            assert page.evaluate(_NAMELESS) == []
    set_theme(page, LIGHT)
