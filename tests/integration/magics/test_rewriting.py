"""How cells are rewritten; no kernel needed."""

from __future__ import annotations

import ast

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from daglab.magics.rewriting import CallsAroundBody, DirectiveToCall


def rewritten(source: str, interactivity: str = "last_expr") -> str:
    manager = TransformerManager()
    manager.cleanup_transforms.append(DirectiveToCall())
    module = ast.parse(manager.transform_cell(source))
    return ast.unparse(ast.fix_missing_locations(CallsAroundBody(lambda: interactivity).visit(module)))


@pytest.mark.parametrize(
    ("source", "interactivity", "expected"),
    [
        ("x = 1", "last_expr", "x = 1"),
        ("%%asset\nx = 1", "last_expr", "B\nx = 1\nF"),
        ("%%asset\nx = 1\nx", "last_expr", "B\nx = 1\n__daglab__.show(x)\nF"),
        ("\n\n%%asset x --group y\nx = 1\nx;", "last_expr", "B\nx = 1\n__daglab__.show(x)\nF"),
        ("%%asset\nx = 1\nx", "all", "B\nx = 1\nx\nF"),
        ("%%asset\nx = 1\nx", "none", "B\nx = 1\nx\nF"),
        ("%%asset\nx = 1", "last_expr_or_assign", "B\nx = 1\n__daglab__.show(x)\nF"),
        ("%%asset", "last_expr", "B\nF"),
        ("%%assets\nx = 1", "last_expr", "get_ipython().run_cell_magic('assets', '', 'x = 1\\n')"),
        ("%%asset?", "last_expr", "get_ipython().run_line_magic('pinfo', '%%asset')"),
        ("%%asset\n%%time\nx = 1", "none", "B\nget_ipython().run_cell_magic('time', '', 'x = 1\\n')\nF"),
    ],
)
def test_asset_cells(source: str, interactivity: str, expected: str) -> None:
    expected = expected.replace("B\n", "__daglab__.begin('asset')\n")
    if expected.endswith("\nF"):
        expected = expected[:-1] + "__daglab__.finish()"
    assert rewritten(source, interactivity) == expected


def test_check_cells() -> None:
    assert rewritten("%%check x\ny = 1\nx > y") == (
        "__daglab__.begin('check')\ntry:\n    y = 1\n    __daglab__.finish(x > y)\n"
        "except __daglab__.AssertionError:\n    __daglab__.refute()"
    )
    assert "    assert x\n    __daglab__.finish()\n" in rewritten("%%check x\nassert x")


def test_lines_keep_their_numbers() -> None:
    manager = TransformerManager()
    manager.cleanup_transforms.append(DirectiveToCall())
    text = manager.transform_cell("%%asset\n\n# a comment\n!ls\nx = 1\n")
    assert text.splitlines()[4] == "x = 1"


def test_a_terminal_waits_for_the_rest_of_the_cell() -> None:
    manager = TransformerManager()
    manager.cleanup_transforms.append(DirectiveToCall())
    assert manager.check_complete("%%asset\n")[0] == "incomplete"
