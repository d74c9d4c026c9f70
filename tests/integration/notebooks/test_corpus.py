"""The notebooks that installed packages ship: analyzed without a crash, and run to see whether an edge is missing."""

from __future__ import annotations

import importlib.util
from importlib.metadata import distributions
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]


def shipped() -> list[Path]:
    """Notebooks of the packages that are installed here, and the examples of the repository."""
    found = {
        Path(str(file.locate()))
        for distribution in distributions()
        for file in distribution.files or ()
        if file.suffix == ".ipynb"
    }
    return sorted(path for path in found if path.is_file()) + sorted((ROOT / "notebooks").glob("*.ipynb"))


def checking() -> ModuleType:
    """The program that checks a folder of notebooks, as a module."""
    spec = importlib.util.spec_from_file_location(
        "check_notebooks", ROOT / "tests" / "benchmarks" / "programs" / "check_notebooks.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


NOTEBOOKS = shipped()


def test_packages_ship_notebooks() -> None:
    assert len(NOTEBOOKS) > 10


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_shipped_notebook_is_analyzed_or_refused_with_a_reason(path: Path) -> None:
    found = checking().analyze(path)
    assert set(found) in ({"refused"}, {"cells", "edges", "assets"})


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("path", [path for path in NOTEBOOKS if "papermill" in path.parts], ids=lambda path: path.name)
def test_every_read_of_a_shipped_notebook_is_an_edge(path: Path) -> None:
    program = checking()
    if "refused" not in program.analyze(path):
        assert program.run_apart(path).get("missing", []) == []
