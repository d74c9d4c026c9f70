"""`context.pdb` talks to the terminal from which a run was started, wherever the step runs."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys

import pytest
from project import LONGEST_SECONDS, Project

FLOW = """
from daglab import *
@op
def stops(context):
    secret = 40
    print("into the log")
    context.pdb.set_trace()
    return secret + 2
@job
def flow(): stops()
"""
RUN = """
import sys
from daglab import *
import flow
with instance_for_test() as instance:
    config = {"execution": {"config": {sys.argv[1]: {}}}}
    result = execute_job(reconstructable(flow.flow), instance, config, raise_on_error=False)
    if result.success: print("ended with", result.output_for_node("stops"))
    else: print(result.failure_data_for_node("stops").error.to_string())
"""


def written(project: Project) -> None:
    (project.root / "flow.py").write_text(FLOW)
    (project.root / "run.py").write_text(RUN)


def told(terminal: int, until: str) -> str:
    """What appears on a terminal until some text does."""
    text = ""
    while until not in text:
        ready, _, _ = select.select([terminal], [], [], LONGEST_SECONDS)
        assert ready, text
        text += os.read(terminal, 10_000).decode()
    return text


@pytest.mark.parametrize("executor", ["in_process", "multiprocess"])
def test_step_is_looked_into_from_the_terminal(project: Project, executor: str) -> None:
    written(project)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "run.py", executor], cwd=project.root, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    try:
        shown = told(ours, "(Pdb) ")
        assert "return secret + 2" in shown
        assert "into the log" not in shown
        os.write(ours, b"p secret * 1000\n")
        assert "40000" in told(ours, "(Pdb) ")
        os.write(ours, b"secret = 1\nc\n")
        told(ours, "ended with 3")
        assert process.wait(LONGEST_SECONDS) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def test_commands_may_come_from_a_pipe(project: Project) -> None:
    written(project)
    done = subprocess.run(
        [sys.executable, "run.py", "in_process"],
        cwd=project.root,
        input="p secret\nc\n",
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=True,
    )
    assert "(Pdb) 40\n" in done.stdout
    assert "ended with 42" in done.stdout


def test_where_there_is_no_terminal_it_says_so(project: Project) -> None:
    written(project)
    done = subprocess.run(
        [sys.executable, "run.py", "multiprocess"],
        cwd=project.root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=True,
    )
    assert "without a terminal" in done.stdout
    assert "in_process_executor, or -j 0" in done.stdout
