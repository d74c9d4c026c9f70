"""Runs that may not take longer than their tag says."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from typing import Any

import pytest
from project import Project

from daglab import (
    MAX_RUNTIME_SECONDS_TAG,
    DagsterExecutionInterruptedError,
    DagsterInvalidInvocationError,
    asset,
    job,
    materialize,
    op,
    resource,
)

said: list[str] = []
LIMIT = {MAX_RUNTIME_SECONDS_TAG: "0.3"}


@resource
def database(_):
    yield 1
    said.append("closed")


@op(required_resource_keys={"database"})
def sleeps():
    threading.Event().wait(3600)


@op
def after(one):
    said.append("after")


@job(resource_defs={"database": database})
def slow():
    after(sleeps())


@job(resource_defs={"database": database}, tags={"dagster/max_runtime": "0.3"})
def slow_itself():
    after(sleeps())


def test_run_that_takes_too_long_has_failed_and_closes_its_resources():
    said.clear()
    for result in (
        slow.execute_in_process(raise_on_error=False, tags=LIMIT),
        slow.execute_in_process(raise_on_error=False, tags={"dagster/max_runtime_seconds": "0.3"}),
        slow_itself.execute_in_process(raise_on_error=False),
    ):
        failure = result.run.failure
        assert (result.success, result.run.status.value, failure.kind) == (False, "FAILURE", "RunTimedOut")
        assert "longer than the 0.3 seconds that its tag" in failure.message
        assert result.get_run_failure_event().message
    assert said == ["closed"] * 3


def test_it_is_raised_where_errors_are():
    with pytest.raises(DagsterExecutionInterruptedError, match=r"longer than the 0\.3 seconds"):
        slow.execute_in_process(tags=LIMIT)


def test_assets_are_ended_too_and_those_made_are_kept():
    @asset
    def quick():
        return 1

    @asset
    def never(quick):
        threading.Event().wait(3600)

    result = materialize([quick, never], tags=LIMIT, raise_on_error=False)
    assert (result.run.status.value, result.asset_value("quick")) == ("FAILURE", 1)


def test_run_in_another_thread_ends_when_its_code_comes_back_to_python():
    found: list[Any] = []

    @op
    def spins():
        while True:
            threading.Event().wait(0.01)

    @job
    def spinning():
        spins()

    thread = threading.Thread(
        target=lambda: found.append(spinning.execute_in_process(tags=LIMIT, raise_on_error=False))
    )
    thread.start()
    thread.join(timeout=120)
    assert found[0].run.failure.kind == "RunTimedOut"


def test_code_that_catches_the_interrupt_is_ended_all_the_same():
    @op
    def stubborn():
        try:
            threading.Event().wait(3600)
        except KeyboardInterrupt:
            return 3

    @job
    def built():
        after(stubborn())

    said.clear()
    result = built.execute_in_process(tags=LIMIT, raise_on_error=False)
    assert (result.run.failure.kind, said) == ("RunTimedOut", [])


def test_quick_runs_leave_no_interrupt_behind():
    @op
    def quick():
        return 1

    @job
    def built():
        quick()

    before = signal.getsignal(signal.SIGINT)
    for _ in range(20):
        assert built.execute_in_process(tags={MAX_RUNTIME_SECONDS_TAG: "3600"}).success
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("text", ["0", "-3", "soon", "nan", "inf", "", "1,5"])
def test_what_is_no_positive_number_is_refused_before_the_run(text):
    said.clear()
    with pytest.raises(DagsterInvalidInvocationError, match="no positive number") as caught:
        slow.execute_in_process(tags={"dagster/max_runtime": text})
    assert repr(text) in str(caught.value)
    assert "dagster/max_runtime" in str(caught.value)
    assert said == []


@pytest.mark.parametrize(
    ("processes", "code"),
    [("0", "time.sleep(3600)"), ("2", "time.sleep(3600)"), ("2", "sum(range(10**13))")],
    ids=["sleeping here", "sleeping in a worker", "compiled code in a worker"],
)
def test_command_ends_what_takes_too_long(project: Project, processes: str, code: str) -> None:
    project.notebook(
        "from daglab import *\nimport time",
        f"@op\ndef quick(): return 1\n@op\ndef slow(one): {code}\n@op\ndef after(two): ...",
        "@job(tags={'dagster/max_runtime': '3'})\ndef late(): after(slow(quick()))",
    )
    done = project.daglab("job", "execute", "late", "-f", "pipeline.ipynb", "-j", processes).without_traceback()
    assert done.code == 1, done
    assert "longer than the 3 seconds that its tag 'dagster/max_runtime' allows" in done.out
    assert project.runs() == [("FAILURE", "command line")]
    assert project.store_is_sound()


def test_it_works_where_interrupts_are_ignored(project: Project) -> None:
    (project.root / "late.py").write_text(
        "import json, signal, time\nfrom daglab import *\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "@op\ndef slow(): time.sleep(3600)\n@job\ndef late(): slow()\n"
        "result = late.execute_in_process(tags={'dagster/max_runtime': '0.5'}, raise_on_error=False)\n"
        "same = signal.getsignal(signal.SIGINT) == signal.SIG_IGN\n"
        "print(json.dumps([result.run.failure.kind, same]))\n"
    )
    done = subprocess.run(
        [sys.executable, "late.py"], cwd=project.root, capture_output=True, text=True, timeout=60, check=True
    )
    assert json.loads(done.stdout) == ["RunTimedOut", True]
