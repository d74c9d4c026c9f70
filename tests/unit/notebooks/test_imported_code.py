from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from daglab.foundation.module_sources import ModuleSources
from daglab.notebooks.cell_code import CellCode, CodeReader
from daglab.notebooks.document import Cell, Notebook
from daglab.notebooks.slices import slice_notebook

HELPERS = """
import json
from lower import low, unused_low

RATE = 2

def clean(x):
    "What it does."
    return scale(x) + low(x)

def scale(x):
    return x * RATE

def other():
    return json.dumps(1)

if __name__ == "__main__":
    print(clean(1))
"""
LOWER = "def low(x):\n    return x\n\ndef unused_low():\n    return 0\n"
FILES = {"helpers.py": HELPERS, "lower.py": LOWER}


class Workbench:
    """A folder with modules, and the code of the last asset of a notebook in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sources = ModuleSources()

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def code(self, *cells: str) -> CellCode:
        made = tuple(Cell(id=None, position=n, kind="code", source=text) for n, text in enumerate(cells, start=1))
        asset = slice_notebook(Notebook(path=self.folder / "n.ipynb", cells=made)).assets[-1]
        return CodeReader(self.folder, self.sources).read(asset.program, asset.inputs)

    def changed(self, cells: tuple[str, ...], name: str, edit: Callable[[str], str]) -> set[str]:
        """The labels of the parts that an edit of a file changes; the file is then as it was."""
        before = dict(self.code(*cells).parts)
        text = (self.folder / name).read_text("utf-8")
        edited = edit(text)
        assert edited != text
        self.write({name: edited})
        after = dict(self.code(*cells).parts)
        self.write({name: text})
        assert dict(self.code(*cells).parts) == before
        return {label for label in {*before, *after} if before.get(label) != after.get(label)}


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    made = Workbench(tmp_path)
    made.write(FILES)
    return made


WAYS = {
    "from": ("from helpers import clean", "%%asset a\na = clean(1)"),
    "module": ("import helpers", "%%asset a\na = helpers.clean(1)"),
    "alias": ("import helpers as h", "%%asset a\na = h.clean(1)"),
    "star": ("from helpers import *", "%%asset a\na = clean(1)"),
    "own cell": ("%%asset a\nfrom helpers import clean as c\na = c(1)",),
    "in a function": ("def f(x):\n    from helpers import clean\n    return clean(x)", "%%asset a\na = f(1)"),
    "through a helper": ("from helpers import clean\ndef f(x): return clean(x)", "%%asset a\na = f(1)"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("name", "old", "new", "changed"),
    [
        ("helpers.py", "RATE = 2", "RATE = 3", {"module:helpers.RATE"}),
        ("helpers.py", "x * RATE", "RATE * x * 1", {"module:helpers.scale"}),
        ("helpers.py", "scale(x) +", "scale(x) -", {"module:helpers.clean"}),
        ("lower.py", "return x", "return -x", {"module:lower.low"}),
        ("lower.py", "return 0", "return 1", set()),
        ("helpers.py", "json.dumps(1)", "json.dumps(2)", set()),
        ("helpers.py", "print(clean(1))", "print(clean(2))", set()),
        ("helpers.py", "What it does.", "Something else.", set()),
        ("helpers.py", "RATE = 2", "RATE = 2  # two", set()),
        ("helpers.py", "RATE = 2", "UNRELATED = 9\nRATE = (\n    2)", set()),
        ("helpers.py", "import json", "import json, math", set()),
    ],
)
def test_what_is_used_counts_and_nothing_else(
    bench: Workbench, way: str, name: str, old: str, new: str, changed: set[str]
) -> None:
    assert bench.changed(WAYS[way], name, lambda text: text.replace(old, new)) == changed


PACKAGE = {
    "pkg/__init__.py": "from .core import run\nVERSION = 1\n",
    "pkg/core.py": "from . import deep\nfrom .sub.leaf import K\ndef run(x):\n    return deep.f(x) + K\n",
    "pkg/deep.py": "from pkg import core\ndef f(x):\n    return x * 2\ndef g(x):\n    return core.run(x)\n",
    "pkg/sub/leaf.py": "K = 3\nL = 4\n",
}


@pytest.mark.parametrize(
    "cells",
    [
        ("import pkg", "%%asset a\na = pkg.run(1)"),
        ("from pkg import run", "%%asset a\na = run(1)"),
        ("import pkg.core as c", "%%asset a\na = c.run(1)"),
        ("import pkg.core", "%%asset a\na = pkg.core.run(1)"),
        ("from pkg import core", "%%asset a\na = core.run(1)"),
        ("from pkg.core import *", "%%asset a\na = run(1)"),
    ],
)
def test_packages_relative_imports_and_circles(bench: Workbench, cells: tuple[str, ...]) -> None:
    bench.write(PACKAGE)
    for name, old, label in [
        ("pkg/core.py", "+ K", "module:pkg.core.run"),
        ("pkg/deep.py", "x * 2", "module:pkg.deep.f"),
        ("pkg/sub/leaf.py", "K = 3", "module:pkg.sub.leaf.K"),
    ]:
        assert bench.changed(cells, name, lambda text, old=old: text.replace(old, f"{old} - 1")) == {label}
    for name, old in [("pkg/deep.py", "core.run(x)"), ("pkg/sub/leaf.py", "L = 4"), ("pkg/__init__.py", "= 1")]:
        assert bench.changed(cells, name, lambda text, old=old: text.replace(old, f"{old} - 1")) == set()


def test_a_module_that_is_handed_on_counts_as_a_whole(bench: Workbench) -> None:
    cells = ("import helpers", "%%asset a\na = getattr(helpers, 'cle' + 'an')(1)")
    assert bench.changed(cells, "helpers.py", lambda text: text.replace("dumps(1)", "dumps(2)")) == {
        "module:helpers.other"
    }


def test_a_module_whose_names_nobody_can_tell_counts_as_a_whole(bench: Workbench) -> None:
    bench.write({"magic.py": "A = 1\ndef __getattr__(name):\n    return A\n"})
    cells = ("import magic", "%%asset a\na = magic.whatever")
    assert bench.changed(cells, "magic.py", lambda text: text.replace("A = 1", "A = 2")) == {"module:magic.A"}


def test_what_a_module_does_to_others_when_it_is_imported_counts(bench: Workbench) -> None:
    bench.write(
        {"settings.py": "K = 1\nZ = 5\n", "setup_all.py": "import settings\nsettings.K = 5\ndef f(): return 1\n"}
    )
    cells = ("import setup_all, settings", "%%asset a\na = settings.K + setup_all.f()")
    changed = bench.changed(cells, "setup_all.py", lambda text: text.replace("= 5", "= 6"))
    assert changed == {"module:setup_all.settings"}


def test_module_that_is_gone_renamed_or_broken_is_told(bench: Workbench) -> None:
    cells = ("from helpers import clean", "%%asset a\na = clean(1)")
    good = bench.code(*cells)
    assert good.problems == ()
    bench.write({"helpers.py": "def clean(:\n"})
    broken = bench.code(*cells)
    assert broken.problems == ("the module 'helpers' cannot be imported: helpers.py, line 1: invalid syntax",)
    os.rename(bench.folder / "helpers.py", bench.folder / "helper.py")
    gone = bench.code(*cells)
    assert gone.problems == ("it imports 'helpers', which is neither in the project nor installed",)
    assert len({good.version, broken.version, gone.version}) == 3
    bench.write(FILES)
    assert bench.code(*cells) == good


def test_module_that_needs_one_that_is_gone_is_told(bench: Workbench) -> None:
    (bench.folder / "lower.py").unlink()
    assert bench.code("from helpers import clean", "%%asset a\na = clean(1)").problems == (
        "the module 'helpers', which it uses, imports 'lower', which is neither in the project nor installed",
    )


def test_import_that_may_fail_is_no_problem(bench: Workbench) -> None:
    cells = (
        "try:\n    import no_such_thing\nexcept ImportError:\n    no_such_thing = None",
        "%%asset a\na = no_such_thing",
    )
    assert bench.code(*cells).problems == ()


def test_bytes_that_are_no_text_are_told(bench: Workbench) -> None:
    (bench.folder / "helpers.py").write_bytes(b"x = '\xff'\n")
    [problem] = bench.code("import helpers", "%%asset a\na = helpers.x").problems
    assert problem == "the module 'helpers' cannot be read: helpers.py is no text"


def test_unicode_names_and_empty_modules(bench: Workbench) -> None:
    bench.write({"größe.py": "ähre = 1\n", "empty.py": ""})
    cells = ("import größe, empty", "%%asset a\na = größe.ähre, empty")
    assert bench.changed(cells, "größe.py", lambda text: text.replace("1", "2")) == {"module:größe.ähre"}


def test_same_size_written_at_once_is_seen(bench: Workbench) -> None:
    cells = ("from helpers import RATE", "%%asset a\na = RATE")
    versions = set()
    for rate in range(10):
        bench.write({"helpers.py": f"RATE = {rate}\n"})
        versions.add(bench.code(*cells).version)
    assert len(versions) == 10


def test_nothing_is_executed(bench: Workbench) -> None:
    bench.write({"loud.py": "import pathlib\npathlib.Path('was_here').touch()\nraise SystemExit(3)\nK = 1\n"})
    assert "module:loud.K" in bench.code("from loud import K", "%%asset a\na = K").parts
    assert "loud" not in sys.modules


def test_installed_distributions_count_by_version(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = ("import thing", "%%asset a\na = thing.f()")

    def install(version: str) -> None:
        for old in (bench.folder / "site-packages").glob("*.dist-info/*"):
            old.unlink()
            old.parent.rmdir() if not any(old.parent.iterdir()) else None
        bench.write(
            {
                "site-packages/thing/__init__.py": "def f(): return 1",
                f"site-packages/some_thing-{version}.dist-info/METADATA": f"Name: Some.Thing\nVersion: {version}\n\n",
                f"site-packages/some_thing-{version}.dist-info/RECORD": "thing/__init__.py,,\n",
            }
        )

    monkeypatch.syspath_prepend(str(bench.folder / "site-packages"))
    install("1.0")
    assert bench.code(*cells).parts["distribution:Some.Thing"] == "1.0"
    install("1.1")
    assert bench.code(*cells).parts["distribution:Some.Thing"] == "1.1"
    assert "distribution:Some.Thing" not in bench.code(*cells[:1], "%%asset b\nb = 1").parts


def test_folder_that_the_notebook_puts_on_the_path_is_looked_into(bench: Workbench) -> None:
    bench.write({"src/deep/far.py": "K = 1\n"})
    cells = ("import sys\nsys.path.insert(0, 'src/deep')\nimport far", "%%asset a\na = far.K")
    assert "module:far.K" in bench.code(*cells).parts
    assert bench.code(*cells).problems == ()


def test_work_for_one_asset_does_not_grow_with_their_number(
    bench: Workbench, calls_of: Callable[[Callable[[], object]], int]
) -> None:
    for name in FILES:
        os.utime(bench.folder / name, (0, 0))  # what was written just now is read again

    def versions(count: int) -> int:
        cells = [f"%%asset a{n}\na{n} = clean({n})" for n in range(count)]
        made = tuple(
            Cell(id=None, position=n, kind="code", source=text)
            for n, text in enumerate(["from helpers import clean", *cells], start=1)
        )
        assets = slice_notebook(Notebook(path=bench.folder / "n.ipynb", cells=made)).assets
        reader = CodeReader(bench.folder, bench.sources)

        def look() -> None:
            for one in assets:
                reader.read(one.program, one.inputs)

        look()
        return calls_of(look)

    assert versions(40) < 4.5 * versions(10)
