"""What would hinder a notebook as a pipeline."""

import pytest
from notebook_text import notebook

from daglab.notebooks.cell_graph import graph_cells
from daglab.notebooks.hindrances import find_hindrances
from daglab.notebooks.saved_runs import SavedRun, SavedRuns


def told(*sources, runs=None, nbformat=4):
    saved = SavedRuns(nbformat=nbformat, runs=runs or {})
    return find_hindrances(graph_cells(notebook(*sources)), saved)


@pytest.mark.parametrize(
    ("sources", "kind", "severity", "cell", "line", "message"),
    [
        (["y = x + 1"], "undefined", "error", 1, 1, "nothing binds 'x'"),
        (["orders = 1", "y = ordres"], "undefined", "error", 2, 1, "did you mean 'orders'"),
        (["\ny = x", "x = 1"], "bound below", "error", 1, 2, "only further down, in cell 2"),
        (["x = x + 1"], "undefined", "error", 1, 1, "before it binds it"),
        (["x = 1", "del x", "x"], "deleted", "error", 3, 1, "deleted in cell 2"),
        (["_ + 1"], "history", "error", 1, 1, "output of the session"),
        (["Out[3]"], "history", "error", 1, 1, "give that value a name"),
        (["def f():\n  return x", "f()"], "undefined", "warning", 2, 1, "code that it may call reads 'x'"),
        (["x = (", "x"], "undefined", "error", 2, 1, "cell 1 names it, but is broken"),
        (["x = ("], "broken", "error", 1, 1, "invalid syntax"),
        (["%%asset\ny = x"], "undefined", "warning", 1, 2, "nothing in this notebook binds 'x', so it means an asset"),
        (["%%check y\nx"], "undefined", "warning", 1, 2, "nothing in this notebook binds 'x', so it means an asset"),
        (
            ["orders = 1", "%%asset\ny = ordres"],
            "undefined",
            "warning",
            2,
            2,
            "if there is none, did you mean 'orders'",
        ),
        (["x = (", "%%asset\ny = x"], "undefined", "error", 2, 2, "cell 1 names it, but is broken"),
        (["%%asset\ny = x", "x = 1"], "bound below", "error", 1, 2, "only further down, in cell 2"),
        (["df = 1", "df = df + 1", "df"], "rebinding", "warning", 2, 1, "bound by cells 1 and 2"),
        (["x = 1", "print(x)", "x = 2"], "rebinding", "warning", 3, 1, "read in between by cell 2"),
        (["x = []", "x.append(1)"], "change", "warning", 2, 1, "which cell 1 makes"),
        (["x = []\ndef add(to):\n  to.append(1)", "add(x)"], "change", "warning", 2, 1, "it changes 'x'"),
        (["exec(code)"], "dynamic", "warning", 1, 1, "exec()"),
        (["%run a.py"], "dynamic", "warning", 1, 1, "%run"),
        (["from m import *"], "star import", "info", 1, 1, "from m import *"),
        (["%%bash\nls"], "other language", "info", 1, 1, "%%bash"),
        (["import pandas as pd\nx = pd.read_csv('a')", "x", "x"], "shared work", "info", 1, 2, "read_csv()"),
    ],
)
def test_finding(sources, kind, severity, cell, line, message):
    (found,) = [one for one in told(*sources) if one.kind == kind]
    assert (found.severity, found.cell, found.line) == (severity, cell, line)
    assert message in found.message


@pytest.mark.parametrize(
    "sources",
    [
        ["import numpy as np", "np.random.seed(1)", "x = np.zeros(3)"],
        ["x = 1", "y = x", "z = x + y"],
        ["for i in range(3):\n  pass", "for i in range(3):\n  print(i)"],
        ["try:\n  x\nexcept NameError:\n  x = 1", "x"],
        ["import a", "import a", "a"],
        ["display(__name__, get_ipython())"],
        ["def f():\n  return x", "x = 1", "f()"],
        ["%%time\nx = 1", "%%capture out\ny = x", "%matplotlib inline"],
        ["x = 1\ndel x"],
        ["%%asset y --ins x=raw/x\ny = x"],
    ],
)
def test_nothing_to_tell(sources):
    assert told(*sources) == ()


def test_runs_out_of_order():
    runs = {1: SavedRun(count=4), 2: SavedRun(count=3), 3: SavedRun(count=None), 4: SavedRun(count=5, error="E: x")}
    found = [(one.kind, one.cell) for one in told("x = 1", "x", "1", "2", runs=runs)]
    assert found == [("older value", 2), ("out of order", 2), ("never run", 3), ("saved error", 4)]


def test_a_notebook_without_counts_was_just_cleared():
    assert told("x = 1", "x", runs={1: SavedRun(count=None), 2: SavedRun(count=None)}) == ()


def test_an_old_format_is_told():
    (found,) = told(nbformat=3)
    assert "nbformat 3" in found.message
