"""Public means in the root's `__all__`: sorted, there, documented, and light to import."""

import doctest
import subprocess
import sys
from pathlib import Path

import pytest

import daglab

ROOT = Path(__file__).parents[2]


def test_the_list_of_public_names_is_sorted_and_complete():
    assert daglab.__all__ == sorted(daglab._HOMES)


@pytest.mark.parametrize("name", daglab.__all__)
def test_a_public_name_is_documented_with_an_example(name):
    value = getattr(daglab, name)
    text = value.__doc__ or ""
    assert text.strip(), name
    examples = doctest.DocTestFinder(recurse=True).find(value, name)
    is_contract = name in INTERFACES
    assert is_contract or any(one.examples for one in examples), f"{name} has no example"


# What users implement or are handed; their examples stand with what makes them.
INTERFACES = {"IOManager", "InputContext", "MaterializeOutcome", "OutputContext", "StoredValue"}


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'aset'"):
        daglab.aset  # noqa: B018


HEAVY = ("sqlalchemy", "alembic", "pandas", "numpy", "nbformat", "papermill", "IPython", "rich", "click", "anywidget")


def test_importing_daglab_imports_nothing_heavy():
    code = f"import daglab, sys; print([name for name in {HEAVY!r} if name in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == "[]"


def test_the_types_of_the_browser_code_are_what_the_views_say():
    script = ROOT / "labextension" / "scripts" / "wire.py"
    assert subprocess.run([sys.executable, str(script), "--check"], check=False).returncode == 0
