"""`daglab analyze` draws the graph of any notebook and runs nothing of it."""

from __future__ import annotations

import json

import pytest
from project import Project

CELLS = (
    "from pathlib import Path\nPath('was_run').touch()",
    "orders = [1, 2]",
    "%%bash\ntouch was_run",
    "def total():\n  return sum(orders)",
    "print(total())",
)


def test_a_notebook_that_has_never_heard_of_daglab_is_drawn_and_not_run(project: Project) -> None:
    project.notebook(*CELLS)
    done = project.daglab("analyze", "pipeline.ipynb")
    assert (done.code, done.err) == (0, "")
    assert "    ← cell 2: orders (line 1 binds it, 'total' reads it, which line 1 uses)" in done.out
    assert not (project.root / "was_run").exists()
    assert not project.home.exists()


def test_json_has_cells_edges_reasons_and_findings(project: Project) -> None:
    project.notebook("x = 1", "y = x + z")
    found = project.json_of("analyze", "pipeline.ipynb", code=1)
    assert [cell["binds"] for cell in found["cells"]] == [["x"], ["y"]]
    (edge,) = found["edges"]
    assert (edge["source"], edge["target"], edge["names"]) == (1, 2, ["x"])
    assert [(one["kind"], one["severity"], one["cell"], one["line"]) for one in found["findings"]] == [
        ("undefined", "error", 2, 1)
    ]


@pytest.mark.parametrize("form", ["dot", "svg", "mermaid"])
def test_findings_are_told_beside_a_picture(project: Project, form: str) -> None:
    project.notebook("x = 1", "y = x + z")
    done = project.daglab("analyze", "pipeline.ipynb", "--format", form, "-o", "out")
    assert done.code == 1
    assert "error: cell 2, line 1: nothing binds 'z'" in done.err
    assert (project.root / "out").read_text()


def test_a_broken_cell_costs_only_itself(project: Project) -> None:
    project.notebook("x = 1", "y = (", "z = x")
    found = project.json_of("analyze", "pipeline.ipynb", code=1)
    assert [(one["kind"], one["cell"]) for one in found["findings"]] == [("broken", 2)]
    assert [(edge["source"], edge["target"]) for edge in found["edges"]] == [(1, 3)]


def test_huge_outputs_are_no_matter(project: Project) -> None:
    path = project.notebook("x = 1", "x")
    content = json.loads(path.read_text())
    content["cells"][0] |= {
        "execution_count": 1,
        "outputs": [{"output_type": "stream", "name": "stdout", "text": ["0123456789" * 200_000] * 10}],
    }
    path.write_text(json.dumps(content))
    assert project.daglab("analyze", "pipeline.ipynb").code == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty"),
        ("{", "not valid JSON"),
        ('{"cells": [], "metadata": {"kernelspec": {"language": "R"}}}', "its language is 'R'"),
    ],
)
def test_what_is_no_python_notebook_is_refused(project: Project, content: str, message: str) -> None:
    (project.root / "n.ipynb").write_text(content)
    assert message in project.daglab("analyze", "n.ipynb").refused()


def test_a_file_that_is_not_there_is_refused(project: Project) -> None:
    assert "no such file" in project.daglab("analyze", "nowhere.ipynb").refused()


def test_an_old_notebook_is_drawn_and_its_age_told(project: Project) -> None:
    cells = [{"cell_type": "code", "input": "x = 1", "outputs": [], "language": "python"}]
    (project.root / "n.ipynb").write_text(json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}))
    done = project.daglab("analyze", "n.ipynb")
    assert done.code == 0
    assert "the file is of nbformat 3" in done.out
