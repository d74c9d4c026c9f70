"""`execute_job` from a script: each step in a process of its own, with the instance of the caller."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from project import Project

FLOWS = """
from daglab import *
import os, time
class Part(Config):
    number: int = 1
@op
def part(config: Part):
    with open("times", "a") as file: file.write(f"+1 {time.time()}\\n")
    time.sleep(0.3)
    with open("times", "a") as file: file.write(f"-1 {time.time()}\\n")
    return config.number
@op
def add(parts): return sum(parts), os.getpid()
@job(executor_def=multiprocess_executor.configured({"max_concurrent": 2}))
def limited(): add([part.alias(f"part{number}")() for number in range(5)])
@job(executor_def=in_process_executor)
def here(): add([part()])
class Box:
    held = 3
@op
def boxed(): return Box()
@op
def opened(box):
    if not os.path.exists("mended"): raise KeyError("not mended")
    return box.held
@op
def after(held): return held
def made_job():
    @job
    def made(): after(opened(boxed()))
    return made
"""


def run_script(project: Project, text: str) -> Any:
    """Runs a script beside `flows.py`; gives what it has printed as JSON."""
    (project.root / "flows.py").write_text(FLOWS)
    imports = "import json, os, sys\nfrom daglab import *\nimport flows\n"
    (project.root / "script.py").write_text(imports + text)
    done = subprocess.run([sys.executable, "script.py"], cwd=project.root, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_values_are_loaded_and_no_more_steps_go_at_once_than_allowed(project: Project) -> None:
    found = run_script(
        project,
        "with instance_for_test() as instance:\n"
        "    config = RunConfig(ops={'part0': flows.Part(number=5), 'part1': {'config': {'number': 10}}})\n"
        "    with execute_job(reconstructable(flows.limited), instance, config, tags={'who': 'mé'}) as result:\n"
        "        total, pid = result.output_for_node('add')\n"
        "        run = instance.get_run_by_id(result.run_id)\n"
        "        print(json.dumps([result.success, total, pid != os.getpid(), run.tags['who'], run.is_success]))\n",
    )
    assert found == [True, 18, True, "mé", True]
    lines = (project.root / "times").read_text().splitlines()
    times = sorted((float(when), int(step)) for step, when in map(str.split, lines))
    going = [sum(step for _, step in times[: place + 1]) for place in range(len(times))]
    assert max(going) == 2


def test_executor_of_one_process_runs_here(project: Project) -> None:
    found = run_script(
        project,
        "job = reconstructable(flows.here)\n"
        "same = [execute_job(job, DagsterInstance.ephemeral()).output_for_node('add')[1] == os.getpid()]\n"
        "with instance_for_test() as instance:\n"
        "    config = {'execution': {'config': {'in_process': {}}}}\n"
        "    limited = execute_job(reconstructable(flows.made_job), instance, config, op_selection=['boxed'])\n"
        "    same += [limited.success, limited.output_for_node('boxed').held]\n"
        "try:\n    execute_job(reconstructable(flows.limited), DagsterInstance.ephemeral())\n"
        "except DagsterUnmetExecutorRequirementsError as error:\n    same.append(str(error).splitlines()[0])\n"
        "print(json.dumps(same))\n",
    )
    assert found[:3] == [True, True, 3]
    assert "cannot see an ephemeral instance" in found[3]


@pytest.mark.parametrize("selection", ["from_failure", "*after", "opened+"])
def test_run_is_repeated_from_where_it_failed(project: Project, selection: str) -> None:
    options = (
        "ReexecutionOptions.from_failure(first.run_id, instance)"
        if selection == "from_failure"
        else f"ReexecutionOptions(first.run_id, step_selection=[{selection!r}])"
    )
    found = run_script(
        project,
        "with instance_for_test() as instance:\n"
        "    job = reconstructable(flows.made_job)\n"
        "    first = execute_job(job, instance)\n"
        "    open('mended', 'w').close()\n"
        f"    with execute_job(job, instance, reexecution_options={options}) as again:\n"
        "        steps = [one.step_key for one in again.get_step_success_events()]\n"
        "        run = instance.get_run_by_id(again.run_id)\n"
        "        print(json.dumps([first.success, again.output_for_node('after'), steps,"
        " run.parent_run_id == run.root_run_id == first.run_id]))\n",
    )
    steps = ["boxed", "opened", "after"] if selection == "*after" else ["opened", "after"]
    assert found == [False, 3, steps, True]


def test_job_of_the_script_itself(project: Project) -> None:
    found = run_script(
        project,
        "@op\ndef own(): return [os.getpid()]\n@job\ndef scripted(): own()\n"
        "if __name__ == '__main__':\n"
        "    with instance_for_test() as instance:\n"
        "        [pid] = execute_job(reconstructable(scripted), instance).output_for_node('own')\n"
        "    print(json.dumps(pid != os.getpid()))\n",
    )
    assert found is True


OWN = """
from daglab import *
import os
@executor(name="mine", config_schema={"max": int, "retries": Field(bool, default_value=True)})
def mine(init_context):
    config = init_context.executor_config
    retries = RetryMode.ENABLED if config["retries"] else RetryMode.DISABLED
    return MultiprocessExecutor(retries, config["max"], [{"key": "narrow", "limit": 1}])
class Telling(MultiprocessExecutor):
    def execute(self, plan_context, execution_plan):
        for event in super().execute(plan_context, execution_plan):
            with open("told", "a") as file: file.write(f"{event.event_type_value} {event.step_key}\\n")
            yield event
@executor
def telling(init_context): return Telling(max_concurrent=2)
@op(tags={"narrow": "1"})
def narrow(context):
    with open("narrow", "a") as file: file.write("+")
    with open("narrow", "a") as file: file.write("-")
    return os.getpid()
@op
def flaky(context, pids):
    if context.retry_number == 0: raise RetryRequested(max_retries=1)
    return len(pids)
@op(out=DynamicOut())
def fan(count):
    for number in range(count): yield DynamicOutput(number, mapping_key=str(number))
@op
def twice(number): return number * 2
def flow():
    return fan(flaky([narrow.alias(f"narrow{number}")() for number in range(4)])).map(twice).collect()
@op
def total(numbers): return sum(numbers)
@job(executor_def=mine)
def limited(): total(flow())
@job(executor_def=telling)
def told(): total(flow())
"""


def test_executor_of_ones_own_makes_processes(project: Project) -> None:
    (project.root / "own.py").write_text(OWN)
    found = run_script(
        project,
        "import own\n"
        "def config(**more): return {'execution': {'config': {'max': 3, **more}}}\n"
        "with instance_for_test() as instance:\n"
        "    job = reconstructable(own.limited)\n"
        "    done = execute_job(job, instance, config())\n"
        "    pids = [done.output_for_node(f'narrow{number}') for number in range(4)]\n"
        "    never = execute_job(job, instance, config(retries=False))\n"
        "    try: execute_job(job, instance, config(maxx=3))\n"
        "    except DagsterInvalidConfigError as error: told = str(error)\n"
        "    failed = sorted(never.get_failed_step_keys())\n"
        "    print(json.dumps([done.output_for_node('total'), os.getpid() in pids, failed,"
        " never.retry_attempts_for_node('flaky'), 'execution:config:maxx' in told]))\n",
    )
    assert found == [12, False, ["flaky"], 0, True]
    assert (project.root / "narrow").read_text() == "+-" * 8


def test_executor_of_ones_own_hears_what_happens_in_processes(project: Project) -> None:
    (project.root / "own.py").write_text(OWN)
    found = run_script(
        project,
        "import own\n"
        "with instance_for_test() as instance:\n"
        "    done = execute_job(reconstructable(own.told), instance)\n"
        "    print(json.dumps([done.output_for_node('total'), len(done.get_step_success_events())]))\n",
    )
    assert found == [12, 11]
    told = (project.root / "told").read_text().splitlines()
    assert [sum(line.startswith(kind) for line in told) for kind in ("STEP_SUCCESS", "STEP_UP_FOR_RETRY")] == [11, 1]
