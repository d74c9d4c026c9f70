"""Steps that fail: the user sees the cell's own line, and what had succeeded is kept."""

from __future__ import annotations

import pytest
from project import Project

HELPER = """\
def read(table):
    try:
        return table['key']
    except TypeError as error:
        raise ValueError('no such table') from error
"""


@pytest.mark.parametrize("processes", ["1", "2"])
def test_exception_is_shown_with_the_lines_of_its_cells(project: Project, processes: str) -> None:
    project.notebook(
        "%%asset\na = 1", HELPER, "%%asset b\nx = 2\nb = read(a)\nb", "%%asset\nc = b", "%%asset\nd = a + 1"
    )
    done = project.materialize("-j", processes).without_traceback()
    assert done.code == 1
    shown = done.out[done.out.index("failed b (") : done.out.index("skipped c:")]
    assert shown == (
        "failed b (pipeline.ipynb, cell 3)\n"
        '  File "pipeline.ipynb cell 2", line 3, in read\n'
        "    return table['key']\n"
        "           ~~~~~^^^^^^^\n"
        "TypeError: 'int' object is not subscriptable\n"
        "\n"
        "which led to\n"
        "\n"
        '  File "pipeline.ipynb cell 3", line 3, in <module>\n'
        "    b = read(a)\n"
        "        ^^^^^^^\n"
        '  File "pipeline.ipynb cell 2", line 5, in read\n'
        "    raise ValueError('no such table') from error\n"
        "ValueError: no such table\n"
    )
    assert "skipped c: 'b' failed.\n" in done.out
    assert project.statuses() == {"a": "fresh", "b": "failed", "c": "never", "d": "fresh"}
    assert project.load("d") == "2"


def test_run_that_failed_is_resumed_where_it_stopped(project: Project) -> None:
    cells = ("%%asset\na = 1", "%%asset b\nb = a / 0", "%%asset\nc = b")
    project.notebook(*cells)
    first = project.materialize("--all")
    assert "When it is mended: daglab run resume " in first.out
    run_id = project.latest_run()
    project.notebook(cells[0], "%%asset b\nb = a / 1", cells[2])
    resumed = project.daglab("run", "resume", run_id[:13])
    assert (resumed.code, resumed.steps) == (0, ["b", "c"])
    shown = project.json("run", "show", project.latest_run())
    assert shown["run"]["status"] == "SUCCESS"
    again = project.daglab("run", "resume", project.latest_run())
    assert again.refused().endswith("succeeded; nothing of it is left to do\n")


@pytest.mark.parametrize("processes", ["1", "2"])
def test_exit_in_a_cell_fails_its_step_alone(project: Project, processes: str) -> None:
    project.notebook("import sys", "%%asset a\na = 1\nsys.exit(3)", "%%asset\nb = 2")
    done = project.materialize("-j", processes).without_traceback()
    assert done.code == 1
    assert 'File "pipeline.ipynb cell 2", line 3' in done.out
    assert "SystemExit: the code called sys.exit(3)" in done.out
    assert project.statuses() == {"a": "failed", "b": "fresh"}


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("%%asset\nv = (i for i in range(3))", "generator"),
        ("import threading\n%%asset\nv = threading.Lock()", "lock"),
    ],
    ids=["generator", "lock"],
)
def test_value_that_cannot_be_stored(project: Project, cell: str, kind: str) -> None:
    plain, _, asset = cell.rpartition("%%asset")
    project.notebook(plain or "pass", "%%asset" + asset, "%%asset\nkept = 1")
    done = project.materialize().without_traceback()
    assert done.code == 1
    assert "failed v (pipeline.ipynb, cell 2)\nUnstorableValueError: " in done.out
    assert kind in done.out
    assert project.statuses() == {"v": "failed", "kept": "fresh"}
    assert [name.split("/")[0] for name in project.stored_files()] == ["kept"]


def test_name_that_the_cell_does_not_bind_in_the_end(project: Project) -> None:
    project.notebook("%%asset v\nif 1 > 2:\n    v = 1")
    done = project.materialize().without_traceback()
    assert done.code == 1
    assert "pipeline.ipynb: cell 1: no variable 'v' at its end" in done.out


def test_exception_that_cannot_say_what_it_is(project: Project) -> None:
    project.notebook(
        "class Odd(Exception):\n    def __str__(self): raise RuntimeError('no')", "%%asset v\nv = 1\nraise Odd"
    )
    done = project.materialize().without_traceback()
    assert done.code == 1
    assert "Odd: <its message cannot be read: RuntimeError>" in done.out


def test_stale_failure_is_told_by_the_next_commands(project: Project) -> None:
    project.notebook("%%asset v\nv = {}['x']")
    project.materialize()
    [asset] = project.json("assets", "-f", "pipeline.ipynb")
    assert (asset["status"], asset["error"]) == ("failed", "KeyError: 'x'")
    shown = project.json("run", "show", project.latest_run())
    assert [(one["step_key"], one["status"]) for one in shown["steps"]] == [("v", "FAILURE")]
    assert "KeyError: 'x'" in project.daglab("logs", project.latest_run()).out


def test_resume_of_a_run_that_made_all_its_assets_runs_only_the_check_that_is_left(project: Project) -> None:
    project.notebook("%%asset\na = [1]", "%%asset\nb = a", "%%check a whole\nlen(a) / 0 > 1")
    assert project.materialize("--all").code == 1
    project.notebook("%%asset\na = [1]", "%%asset\nb = a", "%%check a whole\nlen(a) > 0")
    resumed = project.daglab("run", "resume", project.latest_run())
    assert (resumed.code, resumed.steps) == (0, ["a_whole"])


def test_last_line_of_a_cell_is_marked_where_it_failed(project: Project) -> None:
    project.notebook("%%asset a\na = 1 / 0")
    assert "    a = 1 / 0\n        ~~^~~\n" in project.materialize().out
