"""Modules of the project that cells and functions import: an edit there remakes what uses it, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from project import Project

HELPERS = "RATE = 2\ndef clean(x):\n    return x * RATE\ndef other(x):\n    return x\n"
CELLS = (
    "from helpers import clean, other",
    "%%asset\ncleaned = clean(1)",
    "%%asset\nothers = other(1)",
    "%%asset\ntotal = cleaned + others",
)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    (tmp_path / "helpers.py").write_text(HELPERS)
    made.notebook(*CELLS)
    return made


def reasons(project: Project) -> dict[str, str]:
    """What `daglab assets` says of each asset that is not fresh."""
    shown = json.loads(project.daglab("assets", "-f", "pipeline.ipynb", "--json").out)
    return {one["key"]: one["reason"] for one in shown if one["status"] != "fresh"}


def edit(project: Project, name: str, old: str, new: str) -> None:
    path = project.root / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_edit_of_a_module_remakes_what_uses_it(project: Project) -> None:
    assert project.materialize().steps == ["cleaned", "others", "total"]
    edit(project, "helpers.py", "RATE = 2", "RATE = 3")
    assert reasons(project) == {
        "cleaned": "'RATE' of the module 'helpers', which it uses, changed since it was last materialized.",
        "total": "'cleaned', which it needs, is stale.",
    }
    assert project.materialize().steps == ["cleaned", "total"]
    assert reasons(project) == {}


def test_edit_that_changes_no_value_remakes_nothing_downstream(project: Project) -> None:
    project.materialize()
    edit(project, "helpers.py", "x * RATE", "RATE * x")
    assert project.materialize("--stale").steps == ["cleaned"]
    assert project.materialize("--stale").steps == []
    edit(project, "helpers.py", "return x\n", "return x  # the same\n")
    assert reasons(project) == {}


def test_module_that_is_gone_is_told_and_named(project: Project) -> None:
    project.materialize()
    (project.root / "helpers.py").rename(project.root / "helper.py")
    assert reasons(project) == {
        "cleaned": "The module 'helpers', which it uses, is gone.",
        "others": "The module 'helpers', which it uses, is gone.",
        "total": "'cleaned', which it needs, is stale.",
    }
    ended = project.materialize()
    assert "it imports 'helpers', which is neither in the project nor installed" in ended.err
    (project.root / "helper.py").rename(project.root / "helpers.py")
    assert reasons(project) == {}


def test_assets_that_are_functions_see_modules_too(project: Project) -> None:
    (project.root / "late.py").write_text("K = 1\n")
    project.notebook(
        "import daglab\nfrom helpers import clean",
        "@daglab.asset\ndef first():\n    return clean(1)",
        "@daglab.asset\ndef second():\n    from late import K\n    return K",
        "@daglab.asset\ndef third():\n    return 3",
    )
    assert project.materialize().steps == ["first", "second", "third"]
    edit(project, "late.py", "1", "2")
    assert reasons(project) == {"second": "The module 'late', which it uses, changed since it was last materialized."}
    edit(project, "helpers.py", "RATE = 2", "RATE = 3")
    assert reasons(project)["first"] == (
        "'RATE' of the module 'helpers', which it uses, changed since it was last materialized."
    )
    assert project.materialize().steps == ["first", "second"]
    assert reasons(project) == {}


def test_edit_while_nothing_else_changed_is_seen_at_once(project: Project) -> None:
    for rate in range(3, 6):
        (project.root / "helpers.py").write_text(HELPERS.replace("RATE = 2", f"RATE = {rate}"))
        assert "cleaned" in project.materialize().steps
        assert project.load("cleaned") == str(rate)
