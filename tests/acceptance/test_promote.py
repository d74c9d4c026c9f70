"""`daglab promote` makes a pipeline of a plain notebook, and changes no value and no other byte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from project import Project

CELLS = (
    "import statistics\nLIMIT = 2",
    "raw = [int(one) for one in '5 1 3 4 x 2'.split() if one.isdigit()]",
    "raw = sorted(raw)\nraw.append(6)\nraw",
    "def share(values):\n  return [one / sum(values) for one in values]",
    "large = [one for one in raw if one > LIMIT]\nprint(large)",
    "shares = share(large)\nlargest = max(shares)",
    "middle = statistics.median(large) + largest",
)


def write(project: Project, *cells: str) -> Path:
    """A notebook with outputs, odd metadata and an indentation of its own, as it was run."""
    path = project.notebook(*cells, name="plain.ipynb")
    content = json.loads(path.read_text())
    for number, cell in enumerate(content["cells"], start=1):
        cell |= {"execution_count": number, "metadata": {"zebra": 1, "tags": ["ä"], "apple": None}}
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["héllo\n"]}]
        cell["source"] = "".join(cell["source"]).splitlines(keepends=True)
    path.write_bytes(json.dumps(content, indent=3, ensure_ascii=False).replace("\n", "\r\n").encode() + b"\r\n\r\n")
    return path


def test_the_pipeline_makes_what_the_notebook_makes(project: Project) -> None:
    path = write(project, *CELLS)
    before = path.read_bytes()
    done = project.daglab("promote", "plain.ipynb")
    assert done.code == 0, done
    assert "plain-pipeline.ipynb written: 4 assets (raw, large, largest, middle)" in done.out
    assert path.read_bytes() == before
    made = project.materialize(name="plain-pipeline.ipynb")
    assert made.code == 0, made
    namespace: dict[str, object] = {}
    for cell in CELLS:
        exec(cell, namespace)
    for name in ("raw", "large", "largest", "middle"):
        assert project.load(name) == repr(namespace[name])


def test_nothing_but_the_new_lines_changes(project: Project) -> None:
    before = write(project, *CELLS).read_bytes().split(b"\r\n")
    assert project.daglab("promote", "plain.ipynb", "-o", "deep/out.ipynb").code == 0
    after = (project.root / "deep" / "out.ipynb").read_bytes().split(b"\r\n")
    added = [line for line in after if line.strip().startswith(b'"%%asset')]
    assert [line for line in after if line not in added] == before
    assert len(after) == len(before) + len(added)
    assert [json.loads(line.strip().rstrip(b",")) for line in added] == [
        "%%asset raw\n",
        "%%asset large\n",
        "%%asset largest\n",
        "%%asset middle\n",
    ]


def test_the_promoted_notebook_has_no_errors_and_is_not_promoted_again(project: Project) -> None:
    write(project, *CELLS)
    project.daglab("promote", "plain.ipynb", "-o", "out.ipynb")
    assert project.daglab("analyze", "out.ipynb").code == 0
    assert project.daglab("graph", "-f", "out.ipynb").code == 0
    message = project.daglab("promote", "out.ipynb").refused()
    assert "it is a pipeline already (cells 3, 5, 6, 7)" in message


def test_an_output_that_is_there_is_kept_unless_forced(project: Project) -> None:
    write(project, *CELLS)
    out = project.root / "plain-pipeline.ipynb"
    out.write_text("mine")
    assert "is there already" in project.daglab("promote", "plain.ipynb").refused()
    assert out.read_text() == "mine"
    assert project.daglab("promote", "plain.ipynb", "--force").code == 0
    assert "%%asset raw" in out.read_text(encoding="utf-8")


def test_a_dry_run_tells_what_becomes_of_every_cell_and_writes_nothing(project: Project) -> None:
    write(project, *CELLS)
    done = project.daglab("promote", "plain.ipynb", "--dry-run")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "cell 1: stays plain: other cells use 'statistics', which is a tool and no value",
        "cell 2: stays plain: cell 3 binds 'raw' again, and is the place where it is finished",
        "cell 3: %%asset raw",
        "cell 4: stays plain: other cells use 'share', which is a tool and no value",
        "cell 5: %%asset large",
        "cell 6: %%asset largest",
        "cell 7: %%asset middle",
    ]
    assert "@@ cell 3 @@\n+%%asset raw\n raw = sorted(raw)" in project.daglab("promote", "plain.ipynb", "--diff").out
    assert sorted(one.name for one in project.root.iterdir()) == ["plain.ipynb"]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ((), "it has no code cells"),
        (("import os", "print(os.name)"), "cell 1: other cells use 'os', which is a tool and no value"),
        (("x = sum([1])", "y = ("), "cell 2: invalid syntax"),
        (("x = input()",), "input() waits for somebody to answer"),
        (("exec('x = 1')\ny = len('a')",), "exec() in cell 1 may bind or change any name"),
    ],
)
def test_a_notebook_that_cannot_be_promoted_is_refused_with_the_reasons(
    project: Project, cells: tuple[str, ...], message: str
) -> None:
    write(project, *cells)
    assert message in project.daglab("promote", "plain.ipynb").refused()
    assert sorted(one.name for one in project.root.iterdir()) == ["plain.ipynb"]


def test_an_old_notebook_and_a_python_file_are_refused(project: Project) -> None:
    cells = [{"cell_type": "code", "input": "x = 1", "outputs": [], "language": "python"}]
    (project.root / "old.ipynb").write_text(json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}))
    (project.root / "n.py").write_text("# %%\nx = 1\n")
    assert "only 4 can be promoted" in project.daglab("promote", "old.ipynb").refused()
    assert "only an .ipynb is promoted" in project.daglab("promote", "n.py").refused()
