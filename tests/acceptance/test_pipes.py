"""Steps that start processes, in runs of the command line and of scripts: in one process, in several, and stopped."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest
from project import Project, descendants, ended, gone

MODULE = """\
import sys

from daglab import *

EXTRAS = {"größe": [1, None]}


def started(name):
    @asset(name=name)
    def one(context: AssetExecutionContext, pipes: PipesSubprocessClient):
        command = [sys.executable, "program.py", name]
        return pipes.run(context=context, command=command, extras=EXTRAS).get_materialize_result()

    return one


assets = [started(name) for name in ("orders", "prices", "stock")]
nightly = define_asset_job("nightly", "*")
defs = Definitions(assets=assets, jobs=[nightly], resources={"pipes": PipesSubprocessClient()})


def job_of_defs():
    return defs.get_job_def("nightly")
"""

PROGRAM = """\
import os, sys

from PACKAGE import open_dagster_pipes

with open_dagster_pipes() as context:
    context.log.warning("making %s", sys.argv[1])
    print("printed by", sys.argv[1])
    context.report_asset_materialization(metadata={"extras": list(context.extras), "pid": os.getpid()})
"""

BUSY = {
    "it cleans up": "try: reached(); time.sleep(600)\nfinally: open('cleaned', 'w').close()",
    "it does not care": "signal.signal(signal.SIGINT, signal.SIG_IGN)\nreached()\nwhile True: time.sleep(600)",
    "it is started by a shell": "reached()\ntime.sleep(600)",
}


def with_module(project: Project, program: str, module: str = MODULE) -> None:
    (project.root / "pyproject.toml").write_text('[tool.daglab]\nlocations = ["flows"]\n')
    (project.root / "flows.py").write_text(module, encoding="utf-8")
    (project.root / "program.py").write_text(program, encoding="utf-8")


@pytest.mark.parametrize("package", ["dagster_pipes", "daglab.pipes"])
@pytest.mark.parametrize("processes", ["1", "2"])
def test_run_of_the_command_line(project: Project, package: str, processes: str) -> None:
    with_module(project, PROGRAM.replace("PACKAGE", package))
    done = project.daglab("materialize", "-j", processes)
    assert done.code == 0, done
    told = project.daglab("logs", project.latest_run()).out
    for name in ("orders", "prices", "stock"):
        assert f"making {name}" in told and f"printed by {name}" in told
        assert told.count(f"making {name}") == 1


@pytest.mark.parametrize("package", ["dagster_pipes", "daglab.pipes"])
def test_job_whose_steps_are_processes(project: Project, package: str) -> None:
    with_module(project, PROGRAM.replace("PACKAGE", package))
    script = (
        "import json, flows\nfrom daglab import *\n"
        "with instance_for_test() as instance:\n"
        "    with execute_job(reconstructable(flows.job_of_defs), instance) as result:\n"
        "        assert result.success\n"
        "        made = [one.materialization for one in result.get_asset_materialization_events()]\n"
        "        print(json.dumps(sorted([one.asset_key.path[0], one.metadata['extras'].value] for one in made)))\n"
    )
    (project.root / "script.py").write_text(script)
    done = subprocess.run([sys.executable, "script.py"], cwd=project.root, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [[name, ["größe"]] for name in ("orders", "prices", "stock")]


def waiting(project: Project, busy: str, *, client: str = "", command: str = '[sys.executable, "program.py"]') -> None:
    """A module with one asset, whose program says that it runs and then stays."""
    opening = "import signal, time\nfrom daglab.pipes import open_pipes\ndef reached(): open('reached', 'w').close()\n"
    body = busy.replace("\n", "\n    ")
    with_module(
        project,
        f"{opening}with open_pipes() as context:\n    {body}\n",
        "import sys\nfrom daglab import *\n\n"
        "@asset\n"
        "def orders(context: AssetExecutionContext, pipes: PipesSubprocessClient):\n"
        f"    return pipes.run(context=context, command={command}).get_results()\n\n"
        f"defs = Definitions(assets=[orders], resources={{'pipes': PipesSubprocessClient({client})}})\n",
    )


def interrupted(project: Project, processes: str, number: signal.Signals = signal.SIGINT) -> None:
    """Runs what waits, and interrupts it; nothing is left running."""
    reached = project.flag("reached")
    process = project.start("materialize", "-j", processes)
    reached.wait()
    started = descendants(process)
    process.send_signal(number)
    done = ended(process).without_traceback()
    assert done.code == 130, done
    assert gone(started)
    assert project.runs() == [("CANCELED", "command line")]


@pytest.mark.parametrize("processes", ["1", "2"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_reaches_the_process_which_may_clean_up(
    project: Project, processes: str, number: signal.Signals
) -> None:
    waiting(project, BUSY["it cleans up"])
    interrupted(project, processes, number)
    assert (project.root / "cleaned").exists()
    told = project.daglab("logs", project.latest_run()).out
    assert "the step is interrupted, and so is the external process" in told
    assert "KeyboardInterrupt" in told


@pytest.mark.parametrize("processes", ["1", "2"])
def test_process_that_does_not_care_is_killed(project: Project, processes: str) -> None:
    waiting(project, BUSY["it does not care"], client="termination_timeout_seconds=0.2")
    interrupted(project, processes)
    assert "did not end within 0.2 seconds and was killed" in project.daglab("logs", project.latest_run()).out


@pytest.mark.slow
def test_process_that_does_not_care_ends_with_the_worker_that_is_terminated(project: Project) -> None:
    waiting(project, BUSY["it does not care"])
    interrupted(project, "2")


@pytest.mark.parametrize("processes", ["1", "2"])
def test_what_the_process_has_started_ends_with_it(project: Project, processes: str) -> None:
    waiting(project, BUSY["it is started by a shell"], command='["sh", "-c", f"{sys.executable} program.py; true"]')
    interrupted(project, processes)


def test_process_may_outlive_its_step(project: Project) -> None:
    done = project.root / "done"
    waiting(
        project,
        "reached()\nwhile not __import__('os').path.exists('go'): time.sleep(0.01)\nopen('done', 'w').close()",
        client="forward_termination=False, forward_stdio=False",
    )
    reached, finished = project.flag("reached"), project.flag("done")
    process = project.start("materialize")
    reached.wait()
    started = descendants(process)
    process.send_signal(signal.SIGINT)
    assert ended(process).code == 130
    (project.root / "go").touch()
    finished.wait()
    assert done.exists() and gone(started)
