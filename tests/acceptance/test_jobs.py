"""Jobs, from notebooks and from Python files: run, narrowed, configured, repeated."""

from __future__ import annotations

import json

from project import Project

IMPORTS = "from daglab import *\nimport os\n"
ETL = (
    "import os\nfrom daglab import *\nMARK = 'é'\ndef shout(text):\n    return text.upper() + MARK",
    "@op\ndef fetch():\n    return ['ünit', 2]",
    "@op\ndef clean(context, rows):\n    context.log.info('cleaning')\n    print('printed')\n"
    "    return shout(str(rows))",
    '@job\ndef etl():\n    """Takes and cleans.\n\n    In two steps."""\n    clean(fetch())',
)


def python_file(project: Project, text: str, name: str = "flows.py") -> None:
    (project.root / name).write_text(IMPORTS + text, encoding="utf-8")


def test_job_of_ops_that_other_cells_define(project: Project) -> None:
    project.notebook(*ETL)
    listed = project.daglab("jobs", "-f", "pipeline.ipynb")
    assert (listed.code, listed.out) == (0, "job  what\netl  Takes and cleans.\n")
    done = project.daglab("job", "execute", "-f", "pipeline.ipynb")
    assert (done.code, done.steps, done.err) == (0, ["fetch", "clean"], "")
    assert done.last_line.startswith("2 steps done in ")
    log = project.daglab("logs", project.latest_run()).out
    assert "cleaning" in log and "printed" in log
    checked = project.daglab("definitions", "validate", "-f", "pipeline.ipynb")
    assert (checked.code, checked.out) == (
        0, "Everything fits together: 0 assets, 0 checks, 1 job, 0 schedules, 0 sensors.\n"
    )  # fmt: skip


def test_job_of_assets_of_cells_makes_them_for_all(project: Project) -> None:
    project.notebook(
        "from daglab import *",
        "@asset\ndef raw():\n    return 1",
        "%%asset\ncooked = raw + 1",
        "@asset\ndef served(cooked):\n    return cooked + 1",
        "cook = define_asset_job('cook', selection='*cooked')\ndefs = Definitions(assets=[served], jobs=[cook])",
    )
    done = project.daglab("job", "execute", "cook", "-f", "pipeline.ipynb", "-j", "0")
    assert (done.code, done.steps) == (0, ["raw", "cooked"]), done
    assert project.statuses() == {"raw": "fresh", "cooked": "fresh", "served": "never"}
    assert project.materialize().steps == ["served"]
    assert project.load("served") == "3"


def test_names_of_jobs_are_suggested_and_needed(project: Project) -> None:
    python_file(project, "@op\ndef one(): pass\n@job\ndef hello(): one()\n@job\ndef goodbye(): one()\n")
    file = ("-f", "flows.py")
    assert "did you mean 'hello'?" in project.daglab("job", "execute", "helo", *file).refused()
    assert "name one of: goodbye, hello" in project.daglab("job", "execute", *file).refused()
    listed = project.json("jobs", *file)
    assert [one["name"] for one in listed] == ["goodbye", "hello"]


def test_name_of_two_jobs_is_told(project: Project) -> None:
    python_file(project, "@op\ndef one(): pass\n@job\ndef same(): one()\n", "first.py")
    python_file(project, "@op\ndef two(): pass\n@job\ndef same(): two()\n", "second.py")
    (project.root / "pyproject.toml").write_text('[tool.daglab]\nlocations = ["first", "second"]\n')
    done = project.daglab("definitions", "validate")
    assert done.code == 1
    assert done.err == "error: second: the job 'same' is something else in first; rename one of them\n"
    python_file(project, "from first import same\n", "second.py")
    assert project.daglab("definitions", "validate").code == 0


def test_file_that_cannot_be_imported_is_told_with_its_line(project: Project) -> None:
    python_file(project, "x = 1 / 0\n")
    told = project.daglab("job", "execute", "etl", "-f", "flows.py").refused()
    assert "there is no job 'etl'; not everything could be read:\n" in told
    assert "flows.py" in told and "line 3, in <module>" in told and "ZeroDivisionError" in told


CONFIGURED = """
class Greeting(Config):
    name: str
    times: int = 2

@op
def greet(config: Greeting): return config.name * config.times
@op
def loud(context, text):
    print(text.upper(), context.run.tags["who"], len(context.run_config["ops"]["greet"]["config"]["name"]))
@job(tags={"team": "blue"})
def hello(): loud(greet())
"""


def test_config_is_merged_from_files_and_the_command_line(project: Project) -> None:
    python_file(project, CONFIGURED)
    (project.root / "name.yaml").write_text("ops: {greet: {config: {name: 'wörld 🌍 '}}}\n")
    (project.root / "times.yaml").write_text("ops: {greet: {config: {times: 3}}}\n")
    tags = ("--tags", '{"who": "mé"}')
    command = ("job", "execute", "hello", "-f", "flows.py", *tags, "-j", "0", "-c", "name.yaml", "-c", "times.yaml")
    done = project.daglab(*command, "--config-json", '{"ops": {"greet": {"config": {"times": 1}}}}')
    assert done.code == 0, done
    assert "WÖRLD 🌍  mé 8" in project.daglab("logs", project.latest_run()).out


def test_all_problems_of_a_config_are_told_at_once(project: Project) -> None:
    python_file(project, CONFIGURED)
    config = {"ops": {"greet": {"config": {"nam": 3, "times": "x"}}, "grete": {}}, "execuion": {}}
    told = project.daglab("job", "execute", "-f", "flows.py", "--config-json", json.dumps(config)).refused()
    assert "5 problems" in told
    for place in ("root:execuion", "config:name", "config:times", "config:nam", "root:ops:grete"):
        assert place in told
    command = ("job", "execute", "-f", "flows.py")
    assert "--tags is no JSON" in project.daglab(*command, "--tags", "{").refused()
    assert "no file fits 'nope.yaml'" in project.daglab(*command, "-c", "nope.yaml").refused()


def test_huge_config_reaches_the_workers(project: Project) -> None:
    python_file(project, CONFIGURED)
    name = "né" * 500_000
    (project.root / "big.yaml").write_text(json.dumps({"ops": {"greet": {"config": {"name": name, "times": 1}}}}))
    done = project.daglab("job", "execute", "-f", "flows.py", "-c", "big.yaml", "--tags", '{"who": "x"}', "-j", "2")
    assert done.code == 0, done.out[-500:]


def test_part_of_a_job_is_run(project: Project) -> None:
    python_file(
        project,
        "@op\ndef a(): return 1\n@op\ndef b(x): return x\n@op\ndef c(x): return x\n@job\ndef chain(): c(b(a()))\n",
    )
    command = ("job", "execute", "-f", "flows.py", "-j", "0", "--op-selection")
    assert project.daglab(*command, "*b").steps == ["a", "b"]
    assert "did you mean" in project.daglab(*command, "bb").refused()


def test_partition_of_a_job(project: Project) -> None:
    python_file(
        project,
        "@op\ndef part(context): open('made_' + context.partition_key, 'w').close()\n"
        "@job(partitions_def=StaticPartitionsDefinition(['a', 'b']))\ndef parted(): part()\n",
    )
    command = ("job", "execute", "parted", "-f", "flows.py", "--partition")
    assert project.daglab(*command, "b").code == 0
    assert (project.root / "made_b").exists()
    assert "there is no partition 'z'" in project.daglab(*command, "z").refused()


HOSTILE = """
import sys, ctypes, threading, time
@op
def prints():
    os.write(1, b"past Python\\n"); ctypes.CDLL(None).puts(b"from C"); return 1
@op
def closes(): sys.stdout.close(); os.close(1); print("after"); return 1
@op
def forks():
    return "child" if os.fork() == 0 else "parent"
@op
def check(text): assert text == "parent"
@op
def leaves_a_fork():
    if os.fork() == 0:
        time.sleep(600)
    open("fork", "w").write("x"); os._exit(4)
@op
def lock(): return threading.Lock()
class Odd(Exception):
    def __init__(self, first, second): super().__init__("öddly"); self.lock = threading.Lock()
@op
def odd(): raise Odd(1, 2)
@op
def leaves(): sys.exit(3)
@op
def unpicklable(): return lambda x: x + 1
@op
def use(function): assert function(4) == 5
@job
def hostile():
    prints(); closes(); check(forks()); leaves_a_fork(); lock(); odd(); leaves(); use(unpicklable())
"""


def test_hostile_steps_fail_alone(project: Project) -> None:
    python_file(project, HOSTILE.replace("time.sleep(600)", "time.sleep(3)"))
    result = project.json_of("job", "execute", "-f", "flows.py", "-j", "2", code=1)
    failures = {key: text.splitlines() for key, text in result["failures"].items()}
    assert set(failures) == {"leaves_a_fork", "lock", "odd", "leaves"}, result
    assert failures["leaves_a_fork"][0].endswith("ended with exit code 4")
    assert "cannot pickle" in failures["lock"][0]
    assert failures["odd"][-1] == "Odd: öddly"
    assert result["skipped"] == {}


DYNAMIC = """
@op(out=DynamicOut())
def fan():
    for i in range(50):
        yield DynamicOutput(i, mapping_key=f"k{i}")
@op
def double(x):
    open("ran", "a").write(f"{x}\\n")
    if x == 7 and not os.path.exists("mended"):
        raise ValueError("seven")
    return x * 2
@op(out=Out(Nothing))
def first(): pass
@op(out={"a": Out(is_required=False), "b": Out(is_required=False)})
def either(): yield Output(1, "a")
@op
def never(x): raise ValueError("its input was left out")
@op(ins={"start": In(Nothing)})
def total(xs, one):
    print("total", sum(xs), xs == sorted(xs), one)
@job
def fanned():
    a, b = either()
    never(b)
    total(fan().map(double).collect(), a, start=first())
"""


def test_only_the_failed_branch_of_many_is_run_again(project: Project) -> None:
    python_file(project, DYNAMIC)
    failed = project.daglab("job", "execute", "-f", "flows.py", "-j", "2")
    assert failed.code == 1
    assert "skipped total: 'double[k7]' failed.\n" in failed.out
    run = project.json("runs")[0]
    assert (run["steps_done"], run["steps_failed"], run["steps_total"]) == (52, 1, 55)
    (project.root / "mended").touch()
    resumed = project.daglab("run", "resume", run["id"])
    assert (resumed.code, resumed.steps) == (0, ["double[k7]", "total"]), resumed
    assert f"total {sum(range(50)) * 2} True 1" in project.daglab("logs", project.latest_run()).out
    assert len((project.root / "ran").read_text().split()) == 51


def test_step_is_tried_again_in_whatever_process(project: Project) -> None:
    python_file(
        project,
        "import time\n@op(retry_policy=RetryPolicy(max_retries=2, delay=0.3))\ndef flaky(context):\n"
        "    open('tries', 'a').write(f'{context.retry_number} {time.time()}\\n')\n"
        "    if context.retry_number < 2: raise ValueError('not yet')\n    return 1\n"
        "@op\ndef asks(context):\n    if context.retry_number < 1: raise RetryRequested(max_retries=1)\n"
        "@job\ndef tries(): flaky(); asks()\n",
    )
    done = project.daglab("job", "execute", "-f", "flows.py", "-j", "2")
    assert done.code == 0, done
    tries = [line.split() for line in (project.root / "tries").read_text().splitlines()]
    assert [number for number, _ in tries] == ["0", "1", "2"]
    assert float(tries[1][1]) - float(tries[0][1]) >= 0.3
    steps = {one["step_key"]: one for one in project.json("run", "show", project.latest_run())["steps"]}
    assert (steps["flaky"]["attempt"], steps["flaky"]["status"]) == (3, "SUCCESS")


def test_hooks_are_called_where_the_step_ran(project: Project) -> None:
    python_file(
        project,
        "@success_hook\ndef good(context): open('good', 'a').write(f'{context.op.name} {context.op_output_values}')\n"
        "@failure_hook\ndef bad(context): open('bad', 'a').write(f'{context.op.name} {context.op_exception!r}')\n"
        "@success_hook\ndef broken(context): raise ValueError('of the hook')\n"
        "@op\ndef a(): return 1\n@op\ndef b(): raise KeyError('k')\n"
        "@job(hooks={good, bad, broken})\ndef hooked(): a(); b()\n",
    )
    done = project.daglab("job", "execute", "-f", "flows.py", "-j", "2")
    assert done.last_line.startswith("What was made is kept.")
    assert (project.root / "good").read_text() == "a {'result': 1}"
    assert (project.root / "bad").read_text() == "b KeyError('k')"
    assert "of the hook" in project.daglab("logs", project.latest_run()).out


def test_job_that_changed_is_resumed_as_it_is_now(project: Project) -> None:
    project.notebook(*ETL[:2], "@op\ndef clean(rows):\n    raise ValueError('no')", ETL[3])
    assert project.daglab("job", "execute", "-f", "pipeline.ipynb").code == 1
    failed = project.latest_run()
    project.notebook(*ETL)
    assert project.daglab("run", "resume", failed).steps == ["clean"]
    project.notebook(*ETL[:2], "@op\ndef wash(rows): return 1", "@job\ndef etl():\n    wash(fetch())")
    assert "there is no step 'clean'" in project.daglab("run", "resume", failed).refused()


def test_same_job_twice_at_once(project: Project) -> None:
    python_file(project, DYNAMIC)
    (project.root / "mended").touch()
    both = [project.start("job", "execute", "-f", "flows.py", "-j", count) for count in ("0", "2")]
    codes = [one.communicate(timeout=60) and one.returncode for one in both]
    assert codes == [0, 0]
    assert project.store_is_sound()
