"""Public means in the root's `__all__`: sorted, there, documented, and light to import."""

import doctest
import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import daglab
from daglab import errors
from daglab.public_names import ALIASES, HOMES

ROOT = Path(__file__).parents[2]


def test_the_list_of_public_names_is_sorted_and_complete():
    assert daglab.__all__ == sorted({*HOMES, *ALIASES}, key=lambda name: (not name.isupper(), name))


def test_an_alias_is_another_name_for_the_same_thing():
    assert HOMES.keys() & ALIASES.keys() == set()
    assert [alias for alias, name in ALIASES.items() if getattr(daglab, alias) is not getattr(daglab, name)] == []


@pytest.mark.parametrize("name", sorted(HOMES))
def test_a_public_name_is_documented_with_an_example(name):
    value = getattr(daglab, name)
    home = import_module(f"daglab.{HOMES[name]}")
    documented = value if is_described_itself(value) else home
    assert (documented.__doc__ or "").strip(), name
    is_error = isinstance(value, type) and issubclass(value, errors.DaglabError)
    if not (is_error or has_example(documented) or is_like_another_with_an_example(value, home)):
        assert name in ELSEWHERE, f"{name} has no example"
        assert has_example(getattr(daglab, ELSEWHERE[name]))


# Names whose example stands with what makes them.
ELSEWHERE = {"JobExecutionResult": "execute_job"}


def is_described_itself(value):
    """What Python or typing made, and plain constants, are described where they are named: by their module."""
    ours = str(getattr(value, "__module__", "")).startswith("daglab.")
    return ours and (isinstance(value, type) or inspect.isfunction(inspect.unwrap(value)))


def has_example(value):
    found = doctest.DocTestFinder(recurse=not inspect.ismodule(value)).find(value, "it")
    return any(one.examples for one in found)


def is_like_another_with_an_example(value, home):
    """Of a family of functions that only look in another place, one has the example, and the others name it."""
    found = re.search(r"otherwise like `(\w+)`", value.__doc__)
    return found is not None and has_example(getattr(home, found[1]))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'aset'"):
        daglab.aset  # noqa: B018


HEAVY = ("sqlalchemy", "alembic", "pandas", "numpy", "nbformat", "papermill", "IPython", "rich", "click", "anywidget")
HEAVY += ("pydantic", "cronsim", "yaml")


def test_importing_daglab_imports_nothing_heavy():
    code = f"import daglab, sys; daglab.asset; daglab.op; print([name for name in {HEAVY!r} if name in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == "[]"


def test_the_types_of_the_browser_code_are_what_the_views_say():
    script = ROOT / "labextension" / "scripts" / "wire.py"
    assert subprocess.run([sys.executable, str(script), "--check"], check=False).returncode == 0
