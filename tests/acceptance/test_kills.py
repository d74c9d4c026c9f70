"""After `kill -9`: the next command tells the truth, and what is left is done without doing anything twice."""

from __future__ import annotations

import signal
import subprocess
import sys

import psutil
import pytest
from project import Ended, Project, descendants, ended, gone

CELLS = (
    "%%asset\nfirst = [1]",
    "%%asset second --deps first\nimport os\nopen('reached', 'w').close()\nopen('gate').read()\nsecond = os.getpid()",
    "%%asset\nthird = first + [second > 0]",
)


def stuck(project: Project, *arguments: str, cells: tuple[str, ...] = CELLS) -> subprocess.Popen[str]:
    """A run that waits in its second step."""
    project.notebook(*cells)
    reached = project.flag("reached")
    project.gate("gate")
    process = project.start("materialize", "-f", "pipeline.ipynb", *arguments)
    reached.wait()
    while project.statuses()["second"] != "running":
        pass  # events are committed in groups, some tens of milliseconds after they happened
    return process


def let_pass(project: Project) -> None:
    """Makes the second step quick, without a change of its code."""
    for name in ("reached", "gate"):
        (project.root / name).unlink()
        (project.root / name).write_text("")


def is_whole(project: Project, resumed: Ended) -> None:
    assert (resumed.code, resumed.steps) == (0, ["second", "third"]), resumed
    assert project.load("third") == "[1, True]"
    assert project.statuses() == dict.fromkeys(("first", "second", "third"), "fresh")
    assert project.store_is_sound()
    assert sorted({name.partition("/")[0] for name in project.stored_files()}) == ["first", "second", "third"]
    assert not [name for name in project.stored_files() if name.endswith(".tmp")]


@pytest.mark.parametrize("processes", ["1", "2"])
@pytest.mark.parametrize("forced", [(), ("--all",)], ids=["", "all"])
def test_killed_driver_is_told_at_once_and_resumed(project: Project, processes: str, forced: tuple[str, ...]) -> None:
    process = stuck(project, "-j", processes, *forced)
    workers = descendants(process)
    process.kill()
    process.wait()
    assert gone(workers)
    [run] = project.json("runs")
    assert run["status"] == "FAILURE"
    assert run["error"] == f"RunLost: its process {process.pid} ended without a word"
    assert project.statuses() == {"first": "fresh", "second": "failed", "third": "never"}
    steps = project.json("run", "show", run["id"])["steps"]
    assert {one["step_key"]: one["status"] for one in steps}["first"] == "SUCCESS"
    let_pass(project)
    is_whole(project, project.daglab("run", "resume", run["id"][:13]))


def test_assets_tell_of_a_killed_run_even_when_asked_first(project: Project) -> None:
    process = stuck(project)
    assert project.statuses() == {"first": "fresh", "second": "running", "third": "queued"}
    process.kill()
    process.wait()
    assert project.statuses() == {"first": "fresh", "second": "failed", "third": "never"}


def test_killed_worker_fails_its_step_and_nothing_else(project: Project) -> None:
    cells = (
        CELLS[0],
        "%%asset second --deps first\nimport os\nopen('pid', 'w').write(str(os.getpid()))\n"
        "open('reached', 'w').close()\nopen('gate').read()\nsecond = 2",
        "%%asset\nthird = second",
        "%%asset\nalone = first * 2",
    )
    process = stuck(project, "-j", "2", cells=cells)
    psutil.Process(int((project.root / "pid").read_text())).send_signal(signal.SIGKILL)
    done = ended(process).without_traceback()
    assert done.code == 1
    why = "WorkerDied: the process that ran it was ended by SIGKILL (killed from outside, often for lack of memory)"
    assert f"failed  second  {why}\n" in done.out
    assert "skipped third: 'second' failed.\n" in done.out
    assert project.statuses() == {"first": "fresh", "second": "failed", "third": "never", "alone": "fresh"}


def test_process_that_crashes_fails_its_step(project: Project) -> None:
    project.notebook(
        "%%asset\na = 1", "%%asset b\nimport os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\nb = 2", "%%asset\nc = a"
    )
    done = project.materialize("-j", "2").without_traceback()
    assert done.code == 1
    assert "ended by SIGSEGV (a crash in compiled code)" in done.out
    assert 'File "pipeline.ipynb cell 2", line 3 in <module>' in done.out
    assert project.statuses() == {"a": "fresh", "b": "failed", "c": "fresh"}


def test_two_runs_of_one_notebook_at_once_both_end_well(project: Project) -> None:
    cells = tuple(f"%%asset\nv{number} = [{number}] * 1000" for number in range(20))
    project.notebook(*cells, f"%%asset\nlast = {' + '.join(f'v{number}' for number in range(20))}")
    both = [project.start("materialize", "-f", "pipeline.ipynb", "--all", "-j", count) for count in ("1", "2")]
    codes = [ended(one).without_traceback().code for one in both]
    assert codes == [0, 0]
    assert project.runs() == [("SUCCESS", "command line")] * 2
    assert set(project.statuses().values()) == {"fresh"}
    assert project.store_is_sound()
    assert len(project.stored_files()) == 21


def test_kill_right_after_a_step_loses_nothing_for_good(project: Project) -> None:
    project.notebook(*CELLS)
    reached = project.flag("reached")
    project.gate("gate")
    process = project.start("materialize", "-f", "pipeline.ipynb")
    reached.wait()
    process.kill()
    process.wait()
    [run] = project.json("runs")
    assert run["status"] == "FAILURE"
    let_pass(project)
    resumed = project.daglab("run", "resume", run["id"])
    assert resumed.code == 0
    assert project.load("third") == "[1, True]"
    assert sorted({name.partition("/")[0] for name in project.stored_files()}) == ["first", "second", "third"]
    assert len(project.stored_files()) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process whose compiled code keeps Python's lock")
def test_worker_in_compiled_code_ends_with_its_driver(project: Project) -> None:
    busy = "%%asset second --deps first\nopen('reached', 'w').close()\nsecond = sum(range(10**13))"
    project.notebook(CELLS[0], busy)
    reached = project.flag("reached")
    process = project.start("materialize", "-f", "pipeline.ipynb", "-j", "2")
    reached.wait()
    workers = descendants(process)
    process.kill()
    process.wait()
    assert workers
    assert gone(workers)
