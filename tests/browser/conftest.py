"""A JupyterLab for all browser tests, and a real Chromium to use it with."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

sys.path.append(str(Path(__file__).parent))

from notebook_page import NotebookPage
from running_lab import Lab, running_lab
from screens import screenshot

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Function) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Takes a picture of what a test failed on."""
    report = yield
    page = item.funcargs.get("page")
    if report.when == "call" and report.failed and isinstance(page, Page):
        screenshot(page, f"failed-{item.name}")
    return report


@pytest.fixture(scope="session")
def session_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The one JupyterLab of all tests."""
    with running_lab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture
def lab(session_lab: Lab) -> Iterator[Lab]:
    """The JupyterLab, with an empty project."""
    yield session_lab
    session_lab.clear()


@pytest.fixture(scope="module")
def browsing() -> Iterator[BrowserContext]:
    """One context for the tests of a module, so that the scripts of JupyterLab come from its cache.

    It ends with the module: while it is there, no other test of this process could run an event loop.
    """
    path = os.environ.get("DAGLAB_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("no Chromium: `make test` installs it, or name one in DAGLAB_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser.new_context(viewport={"width": 1440, "height": 960})
        browser.close()


@pytest.fixture
def page(browsing: BrowserContext) -> Iterator[Page]:
    """A tab of its own; an exception in the page fails the test."""
    page = browsing.new_page()
    page.set_default_timeout(30_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert errors == []


@pytest.fixture
def open_notebook(page: Page, lab: Lab) -> Callable[[str], NotebookPage]:
    """Opens a notebook of the project and waits until its kernel takes cells."""

    def open_it(name: str) -> NotebookPage:
        page.goto(lab.url(name))
        return NotebookPage(page)

    return open_it
