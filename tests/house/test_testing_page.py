"""Every code block of the page on testing passes as a test, in a project where the plugin is loaded."""

import json
import re
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

PAGE = (Path(__file__).parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```([\w-]*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_every_language_of_a_block_is_tested():
    assert {language for language, _ in BLOCKS} == {"python", "text"}


def test_every_block_passes(pytester, monkeypatch):
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makeini("[pytest]\nfilterwarnings = error\n")
    cells = [{"cell_type": "code", "source": text.rstrip("\n")} for language, text in BLOCKS if language == "text"]
    notebook = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}
    (pytester.path / "shop.ipynb").write_text(json.dumps(notebook))
    files = [text for language, text in BLOCKS if language == "python"]
    for number, text in enumerate(files):
        (pytester.path / f"test_block_{number}.py").write_text(text)
    done = pytester.runpytest_subprocess("-p", "no:daglab", "-p", "daglab.testing.plugin", timeout=90)
    done.assert_outcomes(passed=sum(text.count("\ndef test_") + text.startswith("def test_") for text in files))


@pytest.mark.parametrize("name", ["instance", "clock", "run_notebook"])
def test_every_fixture_is_named(name):
    from daglab.testing import plugin

    assert hasattr(plugin, name) and hasattr(plugin, f"daglab_{name}")
    assert f"`{name}`" in PAGE and f"`daglab_{name}`" in PAGE
