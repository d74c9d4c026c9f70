"""Every statement of a notebook and of its modules is changed in turn: exactly the assets that it can change are stale.

What it can change is found out by running: all cells from top to bottom in one namespace, before and after the edit,
with every value compared. Daglab's own analysis has no part in that.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from daglab.notebooks.document import Cell
from daglab.orchestration.instance import Instance
from daglab.orchestration.location_specs import LocationSpec
from daglab.orchestration.locations import LoadedWorkspace, load_workspace
from daglab.orchestration.requests import MaterializeRequest
from daglab.orchestration.runs import execute, judge, prepare

CELLS = (
    "import math\nimport tools, pack.inner as inner\nfrom tools import clean, Scaler as S\nfrom pack import *",
    "RATE = 3\nLIMITS = {'low': 1, 'high': 9}\nunused = 5\nNAMES = ['a', 'b']",
    "LIMITS['mid'] = 4\nNAMES.append('c')\nRATE += 1",
    "def first(x):\n    '''Says what.'''\n    return second(x) + 1\ndef second(x):\n    return third(x) * 2\n"
    "def third(x):\n    return x + RATE\ndef lonely(x):\n    return x",
    "class Base:\n    factor = 2\n    def scaled(self, x):\n        return x * self.factor\n"
    "class Special(Base):\n    factor = 5\nspecial = Special()",
    "a, b = 1, 2\nif RATE > 2:\n    mode = 'many'\nelse:\n    mode = 'few'\n"
    "total = 0\nfor i in range(3):\n    total += i",
    '%%asset\n"""The orders."""\norders = [first(n) for n in range(3)]',
    "%%asset\nlimits = sorted(LIMITS.items())",
    "%%asset\ncleaned = clean(orders)",
    "%%asset\nscaled = [special.scaled(x) for x in cleaned] + [S(2).of(a)]",
    "%%asset\nsummary = {'mode': mode, 'total': total, 'names': NAMES, 'b': b}",
    "%%asset left right\nleft = inner.leaf(math.floor(2.5))\nright = shout('hey')",
    "%%asset\neverything = [orders, limits, scaled, summary, left, right]",
    "%%asset\napart = 1\nprint('apart')",
)
TOOLS = """\
import functools
from pack.inner import BASE
STEP = 10
IDLE = 11
REGISTRY = []
def register(function):
    REGISTRY.append(function.__name__)
    return function
@register
def clean(values):
    return [shift(one) for one in values]
def shift(one):
    return one + STEP + BASE
class Scaler:
    by = 3
    def __init__(self, offset):
        self.offset = offset
    def of(self, x):
        return x * self.by + self.offset
def forgotten():
    return IDLE
if __name__ == "__main__":
    print(clean([1]))
"""
PACK = "from pack.inner import leaf\nMARK = '!'\ndef shout(text):\n    return text + MARK\n"
PACK += "def whisper(text):\n    return text\n"
INNER = "BASE = 1\nSIDE = 2\ndef leaf(x):\n    return x + SIDE\n"
FILES = {"tools.py": TOOLS, "pack/__init__.py": PACK, "pack/inner.py": INNER}

ASSETS = ("orders", "limits", "cleaned", "scaled", "summary", "left", "right", "everything", "apart")

# (where, what stands there, what replaces it)
EDITS: tuple[tuple[str, str, str], ...] = (
    ("1", "unused = 5", "unused = 6"),
    ("1", "RATE = 3", "RATE = -3"),
    ("1", "'low': 1", "'low': 0"),
    ("1", "['a', 'b']", "['a', 'x']"),
    ("2", "LIMITS['mid'] = 4", "LIMITS['mid'] = 5"),
    ("2", "NAMES.append('c')", "NAMES.append('d')"),
    ("2", "RATE += 1", "RATE -= 9"),
    ("3", "Says what.", "Says something else."),
    ("3", "second(x) + 1", "second(x) + 2"),
    ("3", "third(x) * 2", "third(x) * 3"),
    ("3", "x + RATE", "x - RATE"),
    ("3", "def lonely(x):\n    return x", "def lonely(x):\n    return -x"),
    ("4", "x * self.factor", "x + self.factor"),
    ("4", "factor = 5", "factor = 6"),
    ("5", "a, b = 1, 2", "a, b = 7, 8"),
    ("5", "mode = 'many'", "mode = 'lots'"),
    ("5", "total = 0", "total = 1"),
    ("5", "total += i", "total += 2 * i"),
    ("5", "range(3)", "range(4)"),
    ("6", "The orders.", "All orders."),
    ("6", "range(3)", "range(4)"),
    ("7", "sorted(LIMITS.items())", "sorted(LIMITS.items())[1:]"),
    ("8", "clean(orders)", "clean(orders[1:])"),
    ("9", "S(2)", "S(3)"),
    ("10", "'b': b", "'b': b + 1"),
    ("11", "math.floor(2.5)", "math.ceil(2.5)"),
    ("12", "[orders, ", "[0, orders, "),
    ("13", "apart = 1", "apart = 2"),
    ("tools.py", "STEP = 10", "STEP = 20"),
    ("tools.py", "IDLE = 11", "IDLE = 12"),
    ("tools.py", "for one in values", "for one in values[1:]"),
    ("tools.py", "one + STEP + BASE", "one + STEP - BASE"),
    ("tools.py", "by = 3", "by = 4"),
    ("tools.py", "+ self.offset", "- self.offset"),
    ("tools.py", "return IDLE", "return -IDLE"),
    ("tools.py", "print(clean([1]))", "print(clean([2]))"),
    ("tools.py", "import functools", "import functools, json"),
    ("pack/__init__.py", "MARK = '!'", "MARK = '?'"),
    ("pack/__init__.py", "text + MARK", "MARK + text"),
    ("pack/__init__.py", "def whisper(text):\n    return text", "def whisper(text):\n    return text * 2"),
    ("pack/inner.py", "BASE = 1", "BASE = 2"),
    ("pack/inner.py", "SIDE = 2", "SIDE = 3"),
    ("pack/inner.py", "x + SIDE", "x - SIDE"),
)

# Makes every value by itself: the cells from top to bottom in one namespace, in a process that knows nothing of daglab.
RUN_BY_HAND = """
import json, re, sys
sys.path.insert(0, '.')
cells, assets = json.load(sys.stdin)
namespace = {'__name__': '__main__', 'print': lambda *_: None}
for text in cells:
    exec(re.sub('^%%[^\\\\n]*', '', text), namespace)
json.dump({name: repr(namespace[name]) for name in assets}, sys.stdout)
"""


@dataclass
class Bench:
    """A project whose assets were all made; and what they come to when its cells are run by hand."""

    folder: Path
    instance: Instance

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_text(text)

    def load(self, cells: tuple[str, ...]) -> LoadedWorkspace:
        made = tuple(Cell(id=None, position=place, kind="code", source=text) for place, text in enumerate(cells, 1))
        path = self.folder / "nights.ipynb"
        return load_workspace([LocationSpec(name=path.name, path=path, cells=made)])

    def by_hand(self, cells: tuple[str, ...]) -> dict[str, str]:
        done = subprocess.run(
            [sys.executable, "-B", "-c", RUN_BY_HAND],
            input=json.dumps([cells, ASSETS]), cwd=self.folder, capture_output=True, text=True, check=True,
        )  # fmt: skip
        found: dict[str, str] = json.loads(done.stdout)
        return found

    def stale(self, cells: tuple[str, ...]) -> set[str]:
        return {key for key, verdict in judge(self.instance, self.load(cells)).items() if not verdict.is_fresh}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("edits")
    with Instance.open(folder / ".daglab") as instance:
        made = Bench(folder, instance)
        made.write(FILES)
        workspace = made.load(CELLS)
        assert [str(one) for one in workspace.findings if one.severity == "error"] == []
        outcome = execute(instance, prepare(instance, MaterializeRequest(locations=()), workspace))
        assert outcome.success
        before = made.by_hand(CELLS)
        assert {key: repr(instance.load(key)) for key in ASSETS} == before
        yield made


def edited(where: str, old: str, new: str) -> tuple[tuple[str, ...], dict[str, str]]:
    if where.isdigit():
        place = int(where)
        assert CELLS[place].count(old) == 1, (where, old)
        return (*CELLS[:place], CELLS[place].replace(old, new), *CELLS[place + 1 :]), {}
    assert FILES[where].count(old) == 1, (where, old)
    return CELLS, {where: FILES[where].replace(old, new)}


@pytest.mark.parametrize(("where", "old", "new"), EDITS)
def test_exactly_what_an_edit_can_change_is_stale(bench: Bench, where: str, old: str, new: str) -> None:
    before = bench.by_hand(CELLS)
    cells, files = edited(where, old, new)
    bench.write(files)
    try:
        after = bench.by_hand(cells)
        changed = {key for key in ASSETS if before[key] != after[key]}
        # Two assets of one cell are made together.
        changed |= {"left", "right"} if changed & {"left", "right"} else set()
        assert bench.stale(cells) == changed
    finally:
        bench.write(FILES)
    assert bench.stale(CELLS) == set()


def test_looks_and_unrelated_statements_leave_everything_fresh(bench: Bench) -> None:
    cells = tuple(text if text.startswith("%%") else f"# a remark\n\n{text}  # and why\nmore = 1" for text in CELLS)
    bench.write({name: f"# a remark\n{text}\n\nmore = 1\n" for name, text in FILES.items()})
    try:
        assert bench.stale(cells) == set()
    finally:
        bench.write(FILES)


def test_no_statement_is_left_out() -> None:
    """All lines are edited but heads of blocks, imports, and a few that others stand for."""
    texts = {**{str(place): CELLS[place] for place in range(1, 6)}, **FILES}
    edited_parts = {
        where: {part for name, old, _ in EDITS if name == where for part in old.split("\n")} for where in texts
    }
    left_out = {
        line.strip()
        for where, text in texts.items()
        for line in text.split("\n")
        if line.strip() and not any(part in line for part in edited_parts[where])
    }
    heads = ("def ", "class ", "import ", "from ", "if ", "else", "for ", "@")
    assert {line for line in left_out if not line.startswith(heads)} == {
        "special = Special()", "factor = 2", "mode = 'few'", "REGISTRY = []", "REGISTRY.append(function.__name__)",
        "return function", "self.offset = offset",
    }  # fmt: skip
