"""What stands on the first line of a cell counts in production."""

from __future__ import annotations

from project import Project

COUNTED = """
from pathlib import Path
tries = Path("tries.txt")
tries.write_text(tries.read_text() + "x" if tries.exists() else "x")
if len(tries.read_text()) < {enough}:
    raise RuntimeError("not yet")
made = len(tries.read_text())
"""


def test_cell_is_tried_again(project: Project) -> None:
    project.notebook(f"%%asset made --retry 3:10ms:linear\n{COUNTED.format(enough=3)}")
    assert project.materialize().code == 0
    assert project.load("made") == "3"


def test_cell_fails_after_the_last_try(project: Project) -> None:
    project.notebook(f"%%asset made --retry 1\n{COUNTED.format(enough=3)}")
    done = project.materialize()
    assert (done.code, (project.root / "tries.txt").read_text()) == (1, "xx"), done
    assert "RuntimeError: not yet" in done.out + done.err


def test_retry_that_cannot_be_is_refused_with_its_cell(project: Project) -> None:
    project.notebook("%%asset\na = 1", "%%asset b --retry often\nb = 1")
    done = project.daglab("graph", "-f", "pipeline.ipynb")
    assert "pipeline.ipynb, cell 2, line 1: %%asset: --retry takes how many times, from 1, not 'often'" in done.err
