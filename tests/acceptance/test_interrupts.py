"""Ctrl-C and SIGTERM: the run ends at once, what was made is kept, the store says so."""

from __future__ import annotations

import signal

import pytest
from project import Project, descendants, ended, gone

BUSY = {
    "in a loop": "while True: pass",
    "in a sleep": "import time; time.sleep(600)",
    "in compiled code": "import hashlib; [hashlib.sha256(b'x' * 10**8) for _ in range(10**6)]",
}


def cells(busy: str) -> tuple[str, ...]:
    return (
        "%%asset\nfirst = 1",
        f"%%asset --deps first\nopen('reached', 'w').close()\n{busy}\nsecond = 2",
        "%%asset\nthird = second",
    )


@pytest.mark.parametrize("processes", ["1", "2"])
@pytest.mark.parametrize("busy", BUSY.values(), ids=BUSY)
def test_interrupt_stops_the_run_and_keeps_what_was_made(project: Project, busy: str, processes: str) -> None:
    project.notebook(*cells(busy))
    reached = project.flag("reached")
    process = project.start("materialize", "-f", "pipeline.ipynb", "-j", processes)
    reached.wait()
    started = descendants(process)
    process.send_signal(signal.SIGINT)
    done = ended(process).without_traceback()
    assert done.code == 130, done
    assert "stopped second  Interrupted: the run was asked to stop\n" in done.out
    assert done.last_line.startswith("What was made is kept. When it is mended: daglab run resume ")
    assert gone(started)
    assert project.runs() == [("CANCELED", "command line")]
    assert project.statuses() == {"first": "fresh", "second": "never", "third": "never"}
    assert len(project.stored_files()) == 1
    assert project.store_is_sound()


@pytest.mark.parametrize("processes", ["1", "2"])
def test_terminate_is_an_interrupt(project: Project, processes: str) -> None:
    project.notebook(*cells("while True: pass"))
    reached = project.flag("reached")
    process = project.start("materialize", "-f", "pipeline.ipynb", "-j", processes)
    reached.wait()
    process.terminate()
    assert ended(process).without_traceback().code == 130
    assert project.runs() == [("CANCELED", "command line")]


def test_cancel_from_another_terminal_stops_the_run(project: Project) -> None:
    project.notebook(*cells("while True: pass"))
    reached = project.flag("reached")
    process = project.start("materialize", "-f", "pipeline.ipynb")
    reached.wait()
    run_id = project.latest_run()
    assert project.daglab("run", "cancel", run_id).out == f"{run_id} was asked to stop\n"
    assert ended(process).code == 130
    assert project.daglab("run", "cancel", run_id).refused() == f"error: run {run_id} is over already: CANCELED\n"


def test_interrupted_run_is_resumed(project: Project) -> None:
    project.notebook(*cells("while True: pass"))
    reached = project.flag("reached")
    process = project.start("materialize", "-f", "pipeline.ipynb", "--all")
    reached.wait()
    process.send_signal(signal.SIGINT)
    ended(process)
    project.notebook("%%asset\nfirst = 1", "%%asset --deps first\nsecond = 2", "%%asset\nthird = second")
    resumed = project.daglab("run", "resume", project.latest_run())
    assert (resumed.code, resumed.steps) == (0, ["second", "third"])


def test_interrupt_that_a_cell_handles_stops_the_run_behind_that_cell(project: Project) -> None:
    project.notebook(
        "%%asset\ntry:\n    open('reached', 'w').close()\n    while True: pass\n"
        "except KeyboardInterrupt:\n    a = 'enough'",
        "%%asset\nb = a + '!'",
    )
    reached = project.flag("reached")
    process = project.start("materialize", "-f", "pipeline.ipynb")
    reached.wait()
    process.send_signal(signal.SIGINT)
    assert ended(process).code == 130
    assert project.load("a") == "'enough'"
    assert project.daglab("run", "resume", project.latest_run()).steps == ["b"]


@pytest.mark.slow
def test_worker_that_does_not_stop_is_ended(project: Project) -> None:
    project.notebook(*cells("sum(range(10**13))"))
    reached = project.flag("reached")
    process = project.start("materialize", "-f", "pipeline.ipynb", "-j", "2")
    reached.wait()
    started = descendants(process)
    process.send_signal(signal.SIGINT)
    done = ended(process).without_traceback()
    assert done.code == 130
    assert gone(started)
    assert project.runs() == [("CANCELED", "command line")]
    assert project.statuses() == {"first": "fresh", "second": "never", "third": "never"}


def test_interrupt_before_the_first_step_does_nothing(project: Project) -> None:
    (project.root / "pyproject.toml").write_text('[tool.daglab]\nlocations = ["slow"]\n')
    (project.root / "slow.py").write_text("open('reached', 'w').close()\nwhile True: pass\n")
    reached = project.flag("reached")
    process = project.start("materialize")
    reached.wait()
    process.send_signal(signal.SIGINT)
    done = ended(process).without_traceback()
    assert (done.code, done.out, done.err) == (130, "", "\ninterrupted\n")
    (project.root / "slow.py").write_text("")
    assert project.runs() == []
