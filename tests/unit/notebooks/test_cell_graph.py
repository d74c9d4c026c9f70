"""Which cell reads what of which other one, and why."""

from collections.abc import Callable

import pytest
from notebook_text import notebook

from daglab.notebooks.cell_graph import NameUse, graph_cells


def edges(*sources):
    return {(edge.source, edge.target): " ".join(edge.names) for edge in graph_cells(notebook(*sources)).edges}


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (["x = 1", "y = x"], {(1, 2): "x"}),
        (["x = 1", "x = 2", "y = x"], {(2, 3): "x"}),
        (["x = 1", "if c():\n  x = 2", "y = x"], {(1, 3): "x", (2, 3): "x"}),
        (["x = []", "x.append(1)", "y = x"], {(1, 2): "x", (1, 3): "x", (2, 3): "x"}),
        (["x = 1", "y = [x for x in range(3)]"], {}),
        (["x = 1", "del x", "y = x"], {}),
        (["x = 1", "del x", "x = 2", "y = x"], {(3, 4): "x"}),
        (["R = 2", "def f(v):\n  return v * R", "y = f(1)", "z = y"], {(2, 3): "f", (1, 3): "R", (3, 4): "y"}),
        (["R = 2", "f = lambda v: v * R", "y = f(1)"], {(2, 3): "f", (1, 3): "R"}),
        (["def f():\n  return R", "R = 1", "f()", "R = 2"], {(1, 3): "f", (2, 3): "R"}),
        (["def f():\n  return g()", "def g():\n  return R", "R = 1", "f()"], {(1, 4): "f", (2, 4): "g", (3, 4): "R"}),
        (["R = 2", "y = sorted(d, key=lambda v: v * R)", "z = y"], {(1, 2): "R", (2, 3): "y"}),
        (["R = 2", "p = partial(lambda v: v * R, 1)", "z = p()"], {(1, 2): "R", (2, 3): "p", (1, 3): "R"}),
        (["R = 2", "class A:\n  def m(self):\n    return R", "a = A()", "a.m()"],
         {(2, 3): "A", (1, 3): "R", (3, 4): "a", (1, 4): "R"}),
        (["R = 2", "@interact\ndef show():\n  return R"], {(1, 2): "R"}),
        (["R = 2", "def f(v=(lambda: R)()):\n  pass"], {(1, 2): "R"}),
        (["R = 2", "class A:\n  @called\n  def m(self):\n    return R"], {(1, 2): "R"}),
        (["def f():\n  return 1", "def f(v=(lambda: f())()):\n  pass"], {(1, 2): "f"}),
        (["%%asset x\nx = 1", "%%check x\nx > 0", "x"], {(1, 2): "x", (1, 3): "x"}),
        (["%%bash\nls", "%%time\nx = 1", "!echo {x}"], {(2, 3): "x"}),
        (["%%capture out\nx = 1", "out.stdout; x"], {(1, 2): "out x"}),
        (["%%bash --out text\nls", "text"], {(1, 2): "text"}),
        (["%run other.py", "x"], {(1, 2): "x"}),
        (["from m import *", "def f():\n  return x", "f()"], {(1, 3): "x", (2, 3): "f"}),
        (["x = 1", "y = (", "z = x"], {(1, 3): "x"}),
        (["größe = 1", "y = größe"], {(1, 2): "größe"}),
        ([], {}),
        (["", "# nothing"], {}),
    ],
)  # fmt: skip
def test_edges(sources, expected):
    assert edges(*sources) == expected


def test_reasons_of_an_edge_name_the_lines():
    (edge,) = graph_cells(notebook("import os\nR = 1\ndef f():\n\n  return R", "\ny = f()")).edges
    assert set(edge.uses) == {
        NameUse(name="f", how="binds", source_line=3, target_line=2),
        NameUse(name="R", how="binds", source_line=2, target_line=2, through="f"),
    }


@pytest.mark.parametrize(
    ("sources", "how"),
    [
        (["if c():\n  x = 1", "x"], "may bind"),
        (["x = 1\n", "x.a = 2", "x"], "changes"),
        (["exec('x = 1')", "x"], "may change anything"),
    ],
)
def test_how_a_name_is_handed_on(sources, how):
    assert graph_cells(notebook(*sources)).edges[-1].uses[-1].how == how


def test_work_grows_with_the_cells(calls_of: Callable[[Callable[[], object]], int]):
    def book(cells):
        head = "import os\nR = 1\ndef f(v):\n  return v + R\nv0 = 1"
        return notebook(head, *(f"v{n} = f(v{n - 1})\nw{n} = [v{n}]\nw{n}.append(os)" for n in range(1, cells)))

    short, long = book(100), book(1000)
    assert calls_of(lambda: graph_cells(long)) < 11 * calls_of(lambda: graph_cells(short))
