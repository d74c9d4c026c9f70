"""Themes and screenshots."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
# `DAGLAB_IMAGES=1` also renews the images of the documentation.
IMAGES = ROOT / "docs" / "images" if os.environ.get("DAGLAB_IMAGES") == "1" else None
LIGHT, DARK = "JupyterLab Light", "JupyterLab Dark"


def set_theme(page: Page, theme: str) -> None:
    page.evaluate(
        "async theme => { await window.jupyterapp.commands.execute('apputils:change-theme', {theme}); }", theme
    )
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
    page.wait_for_timeout(500)  # colours fade


def screenshot(page: Page, name: str, *, image: str | None = None) -> None:
    """Takes a picture; `image` is its name in the documentation."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")
    if image is not None and IMAGES is not None:
        IMAGES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=IMAGES / f"{image}.png")
