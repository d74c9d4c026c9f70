"""The side panel: assets, runs and findings of the workspace, live, and what its clicks do."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from notebook_page import NotebookPage
from playwright.sync_api import Locator, Page, expect
from running_lab import Lab

RAW = '%%asset --group raw\n"""What was sold."""\nsold = [3, 4]'
SLOW = "%%asset\nimport time\ntime.sleep(1.5)\nearned = sum(sold)"
REPORT = '%%asset\nreport = f"{earned} in all"'
EVIL = "<img src=x onerror=window.hacked=1>"
# Lets a test cut the event stream, and keep it from coming back.
KEEP_SOCKETS = """
  window.streams = [];
  window.streamsAreCut = false;
  window.WebSocket = class extends WebSocket {
    constructor(url, ...rest) {
      const isOurs = String(url).includes('/daglab/');
      super(isOurs && window.streamsAreCut ? 'ws://127.0.0.1:9/' : url, ...rest);
      if (isOurs) window.streams.push(this);
    }
  };
"""
Open = Callable[[str], NotebookPage]


@pytest.fixture
def panel(page: Page, lab: Lab) -> Locator:
    """The panel of a project of three assets in two notebooks; nothing was set up but the installation."""
    lab.write("sales.ipynb", "# not an asset", RAW, "# nor this", SLOW)
    lab.write("report.ipynb", REPORT)
    return open_panel(page, lab)


def open_panel(page: Page, lab: Lab) -> Locator:
    page.add_init_script(KEEP_SOCKETS)
    page.goto(lab.url())
    page.locator(".jp-SideBar [data-id='daglab-panel']").click()
    panel = page.locator("#daglab-panel")
    expect(panel).to_be_visible()
    return panel


def row(panel: Locator, key: str) -> Locator:
    return panel.locator(f"[data-daglab='assets'] [data-key='{key}']")


def await_status(panel: Locator, status: str, *keys: str) -> None:
    for key in keys:
        expect(row(panel, key)).to_have_attribute("data-status", status, timeout=20_000)


def test_it_lists_assets_and_follows_a_run_of_the_command_line(panel: Locator, lab: Lab) -> None:
    await_status(panel, "never", "sold", "earned", "report")
    expect(panel.locator("[data-daglab='summary']")).to_have_text("3 assets · 3 never made")
    expect(panel).to_contain_text("No runs yet")
    process = lab.start_command("materialize")
    await_status(panel, "running", "earned")
    await_status(panel, "fresh", "sold")
    await_status(panel, "queued", "report")
    run = panel.locator("[data-daglab='runs'] .daglab-run")
    expect(run).to_contain_text("Running")
    await_status(panel, "fresh", "sold", "earned", "report")
    expect(run).to_contain_text("Succeeded")
    expect(run).to_have_attribute("title", run.get_attribute("title") or "")
    assert "command line" in (run.get_attribute("title") or "")
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 0, out


def test_a_click_opens_the_notebook_at_the_cell(panel: Locator, page: Page) -> None:
    row(panel, "earned").locator(".daglab-row-main").click()
    page.wait_for_function(
        """() => {
          const {context, content} = window.jupyterapp.shell.currentWidget ?? {};
          return context?.path === 'sales.ipynb' && content.activeCell?.model.id === 'cell-3';
        }"""
    )
    expect(page.locator(".jp-Cell[data-windowed-list-index='3']")).to_be_in_viewport()


def test_it_makes_one_asset_and_then_the_rest(panel: Locator, lab: Lab) -> None:
    await_status(panel, "never", "sold", "earned", "report")
    row(panel, "sold").hover()
    row(panel, "sold").locator("[data-daglab='materialize-asset']").click()
    await_status(panel, "fresh", "sold")
    await_status(panel, "never", "earned", "report")
    panel.locator("[data-daglab='materialize-stale']").click()
    await_status(panel, "fresh", "sold", "earned", "report")
    expect(panel.locator("[data-daglab='materialize-stale']")).to_be_disabled()
    assert [lab.times_made(key) for key in ("sold", "earned", "report")] == [1, 1, 1]


def test_a_run_is_canceled(panel: Locator, lab: Lab) -> None:
    lab.write("sales.ipynb", RAW, SLOW.replace("1.5", "60"))
    await_status(panel, "never", "earned")
    lab.start_command("materialize", "-f", "sales.ipynb")
    await_status(panel, "running", "earned")
    run = panel.locator("[data-daglab='runs'] .daglab-run")
    run.locator("[data-daglab='cancel-run']").click()
    expect(run).to_contain_text("Canceled", timeout=15_000)


def test_a_broken_notebook_is_a_finding_and_disturbs_no_other(panel: Locator, lab: Lab) -> None:
    await_status(panel, "never", "sold", "earned", "report")
    (lab.folder / "broken.ipynb").write_text("{ this is no notebook")
    finding = panel.locator(".daglab-finding")
    expect(finding).to_contain_text("broken.ipynb")
    row(panel, "sold").hover()
    row(panel, "sold").locator("[data-daglab='materialize-asset']").click()
    await_status(panel, "fresh", "sold")
    (lab.folder / "broken.ipynb").unlink()
    expect(finding).to_have_count(0)


def test_settings_that_cannot_be_are_told_until_they_are_mended(panel: Locator, lab: Lab) -> None:
    await_status(panel, "never", "sold")
    settings = lab.folder / "pyproject.toml"
    good = settings.read_text()
    try:
        settings.write_text(good + "processes = 'many'\n")
        expect(panel.locator("[role=alert]")).to_contain_text("processes")
        expect(row(panel, "sold")).to_be_visible()
    finally:
        settings.write_text(good)
    expect(panel.locator("[role=alert]")).to_have_count(0)


def test_it_comes_back_when_the_connection_was_lost(panel: Locator, page: Page, lab: Lab) -> None:
    await_status(panel, "never", "sold")
    page.evaluate("() => { window.streamsAreCut = true; window.streams.forEach(stream => stream.close()); }")
    expect(panel.locator("[data-daglab='connection']")).to_contain_text("Reconnecting")
    lab.command("materialize", "sold")
    await_status(panel, "never", "sold")
    page.evaluate("() => { window.streamsAreCut = false; }")
    await_status(panel, "fresh", "sold")
    expect(panel.locator("[data-daglab='connection']")).to_be_hidden()


def test_nobody_reads_or_starts_anything_without_the_token(lab: Lab) -> None:
    for method, path in (("GET", "workspace"), ("GET", "runs"), ("POST", "materialize"), ("GET", "events")):
        assert lab.request(f"daglab/api/v1/{path}", method=method, token=False)[0] == 403, path
    status, body = lab.request("daglab/api/v1/workspace")
    assert (status, json.loads(body)["root"]) == (200, str(lab.folder))


def test_words_of_users_never_become_markup(page: Page, lab: Lab, open_notebook: Open) -> None:
    lab.write(
        "evil.ipynb",
        "%load_ext daglab",
        f'%%asset --kinds "{EVIL}"\n"""{EVIL}"""\ngood = 1',
        f'%%asset\n"""{EVIL}"""\nif good:\n    raise ValueError("{EVIL}")\nbad = 2',
        "%dag",
    )
    lab.write(f"{EVIL.replace('/', '')}.ipynb", f"%%asset\nother = ({EVIL}")
    notebook = open_notebook("evil.ipynb")
    page.locator(".jp-SideBar [data-id='daglab-panel']").click()
    panel = page.locator("#daglab-panel")
    notebook.run(0, 3)
    notebook.await_statuses(good="never", bad="never")
    notebook.details("bad").locator("[data-daglab='materialize-upstream']").click()
    notebook.await_statuses(good="fresh", bad="failed")
    await_status(panel, "failed", "bad")
    expect(notebook.details("bad").locator(".daglab-error")).to_contain_text(EVIL)
    expect(notebook.details("good").locator(".daglab-description")).to_have_text(EVIL)
    expect(panel.locator(".daglab-finding")).to_contain_text(EVIL)
    lab.add_setting(f"processes = '{EVIL}'")
    notebook.act("materialize-stale").click()
    expect(notebook.graph.locator("[role=alert]")).to_contain_text(EVIL)
    lab.add_setting("")
    notebook.run(1)
    page.locator("[data-daglab='open-graph']").click()
    expect(page.locator(".daglab-graph .daglab-card[data-key='bad']")).to_contain_text(EVIL)
    assert page.evaluate("() => window.hacked") is None
    assert page.locator("#daglab-panel img, .daglab img").count() == 0
