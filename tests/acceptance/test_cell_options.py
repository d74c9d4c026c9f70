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
    done = project.materialize()
    assert (done.code, project.load("made")) == (0, "3"), done
    assert [line.strip() for line in done.out.splitlines() if "again" in line] == [
        "again   made  in 10 ms, after RuntimeError: not yet",
        "again   made  in 20 ms, after RuntimeError: not yet",
    ]


def test_cell_fails_after_the_last_try(project: Project) -> None:
    project.notebook(f"%%asset made --retry 1\n{COUNTED.format(enough=3)}")
    done = project.materialize()
    assert (done.code, (project.root / "tries.txt").read_text()) == (1, "xx"), done
    assert "RuntimeError: not yet" in done.out + done.err


def test_retry_that_cannot_be_is_refused_with_its_cell(project: Project) -> None:
    project.notebook("%%asset\na = 1", "%%asset b --retry often\nb = 1")
    done = project.daglab("graph", "-f", "pipeline.ipynb")
    assert "pipeline.ipynb, cell 2, line 1: %%asset: --retry takes how many times, from 1, not 'often'" in done.err


def test_schedule_line_becomes_a_definition_with_a_job(project: Project) -> None:
    project.notebook("%%asset a\na = 1", "%%asset b\nb = a + 1", '%schedule "0 6 * * *" --name nightly')
    done = project.daglab("definitions", "validate", "-f", "pipeline.ipynb")
    assert "Everything fits together: 2 assets, 0 checks, 1 job, 1 schedule, 0 sensors." in done.out, done
    assert project.daglab("job", "execute", "nightly_job", "-f", "pipeline.ipynb").code == 0
    assert project.load("b") == "2"


def test_op_cells_run_as_a_job_of_the_notebook(project: Project) -> None:
    project.notebook(
        "%%op numbers\nmade = [1, 2]",
        "%%op total --ins made --retry 2\nresult = sum(made)\nprint('sum', result)",
        "from daglab import job\n@job\ndef add():\n    total(numbers())",
        "%%sensor files --job add\nNone",
    )
    done = project.daglab("job", "execute", "add", "-f", "pipeline.ipynb")
    assert (done.code, done.steps) == (0, ["numbers", "total"]), done
    told = project.daglab("definitions", "validate", "-f", "pipeline.ipynb").out
    assert "1 job, 0 schedules, 1 sensor" in told
