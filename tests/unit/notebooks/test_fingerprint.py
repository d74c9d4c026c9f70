import os
import subprocess
import sys

import pytest
from notebook_text import analyze

BASE = ("import math\nk = 1\nother = 2", "%%asset x\nx = math.sqrt(k)")


def _version(*sources):
    return analyze(*sources).assets[-1].code_version


def test_shape():
    version = _version(*BASE)
    assert len(version) == 16
    assert int(version, 16) >= 0


@pytest.mark.parametrize(
    "sources",
    [
        ("import math\nk = 1", BASE[1]),
        ("# note\nimport math\n\n\nk=1  # one", BASE[1]),
        (BASE[0], "%%asset x\n\n# note\nx = math.sqrt( k )"),
        (BASE[0], "%%asset x --group g\nx = math.sqrt(k)"),
        (BASE[0], '%%asset x\n"""What it is."""\nx = math.sqrt(k)'),
        (BASE[0], "other = 5", BASE[1]),
        (BASE[0], "%%time\nunused = 1", BASE[1]),
    ],
)
def test_looks_do_not_matter(sources):
    assert _version(*sources) == _version(*BASE)


@pytest.mark.parametrize(
    "sources",
    [
        ("import math\nk = 2", BASE[1]),
        ("import math\nk = 1.0", BASE[1]),
        ("import math\nk = True", BASE[1]),
        ("import math\nk = '1'", BASE[1]),
        ("import math\nk = b'1'", BASE[1]),
        (BASE[0], "%%asset x\nx = math.sqrt(-k)"),
        (BASE[0], "%%asset x\nx = math.cbrt(k)"),
        (BASE[0], "%%asset x\nx = math.sqrt(k)\nx"),
        ("import math as math\nk = 1\nk = k", BASE[1]),
        (BASE[0], "%%asset x\ndef f():\n  'text'\nx = math.sqrt(k)"),
    ],
)
def test_meaning_matters(sources):
    assert _version(*sources) != _version(*BASE)


def test_order_matters():
    assert _version("%%asset x\na = 1\nb = 2\nx = 3") != _version("%%asset x\nb = 2\na = 1\nx = 3")


def test_helpers_are_part_of_it():
    first = _version("def g():\n  return 1\ndef f():\n  return g()", "%%asset\nx = f()")
    assert first != _version("def g():\n  return 2\ndef f():\n  return g()", "%%asset\nx = f()")


def test_explicit_version_goes_first():
    assert _version("%%asset x --code-version 7\nx = 1") == "7"


def test_it_is_the_same_in_every_process():
    code = (
        "from pathlib import Path; from daglab.notebooks.document import Cell, Notebook; "
        "from daglab.notebooks.slices import slice_notebook; "
        "cell = Cell(id=None, position=1, kind='code', source='%%asset\\nx = {1, 2, f\"{3!r}\"}'); "
        "print(slice_notebook(Notebook(path=Path('n'), cells=(cell,))).assets[0].code_version)"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert found == {_version('%%asset\nx = {1, 2, f"{3!r}"}')}


def test_value_is_kept_over_releases():
    # A change of this value makes every stored asset stale: think twice.
    source = "%%asset x\ndef f(a, *b: int, c=1, **d) -> str:\n  return f'{a!r:>{c}}'\nx = [f(y) for y in 'ab' if y]"
    assert _version(source) == "ba08e1c9f938fc04"


def test_inputs_that_change_places_matter():
    cells = ("%%asset\na = 1", "%%asset\nb = 2", "%%asset x --ins p={},q={}\nx = p - q")
    one = _version(*cells[:2], cells[2].format("a", "b"))
    assert one == _version(*cells[:2], cells[2].format("a", "b"))
    assert one != _version(*cells[:2], cells[2].format("b", "a"))
