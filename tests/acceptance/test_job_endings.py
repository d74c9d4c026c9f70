"""Resources are closed and secrets kept, however a run of a job ends; what is left of it is done later."""

from __future__ import annotations

import signal
import subprocess

import psutil
import pytest
from project import Project, descendants, ended, gone

SECRET = "s3cr3t-wörd"
CELLS = (
    "from daglab import *\nimport os, time\nfrom pydantic import Field",
    """class Base(ConfigurableResource):
    label: str = 'base'
    def _say(self, what):
        with open('said', 'a') as file:
            file.write(f'{os.getpid()} {what} {self.label}\\n')
    def setup_for_execution(self, context):
        self._say('open')
    def teardown_after_execution(self, context):
        time.sleep(0.2)
        self._say('close')
class Database(Base):
    below: Base
    password: str = Field(max_length=30)
    def length(self):
        return len(self.password)""",
    "@op\ndef first(database: Database):\n    return database.length()",
    """@op
def second(context, database: Database, length):
    with open('pid', 'w') as file:
        file.write(str(os.getpid()))
    open('reached', 'w').close()
    with open('gate') as file:
        file.read()
    context.log.info(f'{database!r} {length}')
    return length""",
    "@op\ndef third(length):\n    print('third', length)",
    "@job\ndef kept():\n    third(second(first()))",
    "@asset\ndef raw(database: Database):\n    return database.length()",
    "%%asset\ncooked = raw + 1",
    """base = Base()
database = Database(label='database', below=base, password=EnvVar('PASSWORD'))
defs = Definitions(assets=[raw], jobs=[kept], resources={'base': base, 'database': database})""",
)
SECRETS = {"PASSWORD": SECRET}


def stuck(project: Project, processes: str) -> subprocess.Popen[str]:
    """A run that waits in its second step."""
    project.notebook(*CELLS)
    reached = project.flag("reached")
    project.gate("gate")
    process = project.start("job", "execute", "kept", "-f", "pipeline.ipynb", "-j", processes, env=SECRETS)
    reached.wait()
    return process


def let_pass(project: Project) -> None:
    for name in ("reached", "gate", "said"):
        (project.root / name).unlink()
        if name != "said":
            (project.root / name).write_text("")


def said(project: Project) -> dict[str, list[str]]:
    """What each process told of its resources."""
    found: dict[str, list[str]] = {}
    for line in (project.root / "said").read_text().splitlines():
        pid, _, what = line.partition(" ")
        found.setdefault(pid, []).append(what)
    return found


WHOLE = ["open base", "open database", "close database", "close base"]


def no_secret(project: Project, *outputs: str) -> None:
    """Makes sure that the secret is in no file and in nothing that was said."""
    for path in project.home.rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path
    log = project.daglab("logs", project.latest_run(), "--json").out
    assert not [text for text in (*outputs, log) if SECRET in text]


@pytest.mark.parametrize("processes", ["0", "2"])
def test_resources_are_opened_once_in_a_process_and_closed_in_reverse(project: Project, processes: str) -> None:
    project.notebook(*CELLS)
    (project.root / "gate").touch()
    done = project.daglab("job", "execute", "kept", "-f", "pipeline.ipynb", "-j", processes, env=SECRETS)
    assert (done.code, done.steps) == (0, ["first", "second", "third"]), done
    assert set(map(tuple, said(project).values())) == {tuple(WHOLE)}
    no_secret(project, done.out)


def test_resources_of_definitions_are_given_to_asset_functions_of_cells(project: Project) -> None:
    project.notebook(*CELLS)
    done = project.materialize(env=SECRETS)
    assert (done.code, done.steps) == (0, ["raw", "cooked"]), done
    assert project.load("cooked") == str(len(SECRET) + 1)
    assert set(map(tuple, said(project).values())) == {tuple(WHOLE)}
    no_secret(project, done.out)


@pytest.mark.parametrize(
    ("processes", "number"), [("0", signal.SIGTERM), ("2", signal.SIGINT)], ids=["terminate", "interrupt"]
)
def test_stopped_run_closes_its_resources_and_is_resumed(project: Project, processes: str, number: int) -> None:
    process = stuck(project, processes)
    workers = descendants(process)
    process.send_signal(number)
    done = ended(process).without_traceback()
    assert done.code == 130, done
    assert gone(workers)
    assert set(map(tuple, said(project).values())) == {tuple(WHOLE)}
    assert project.runs() == [("CANCELED", "command line")]
    let_pass(project)
    resumed = project.daglab("run", "resume", project.latest_run(), env=SECRETS)
    assert (resumed.code, resumed.steps) == (0, ["second", "third"]), resumed
    no_secret(project, done.out, done.err, resumed.out)


def test_killed_driver_is_resumed(project: Project) -> None:
    process = stuck(project, "2")
    workers = descendants(process)
    process.kill()
    process.wait()
    assert gone(workers)
    [run] = project.json("runs")
    assert (run["status"], run["target"]) == ("FAILURE", "kept")
    let_pass(project)
    resumed = project.daglab("run", "resume", run["id"], env=SECRETS)
    assert resumed.code == 0
    assert resumed.steps in (["second", "third"], ["first", "second", "third"])
    assert set(map(tuple, said(project).values())) == {tuple(WHOLE)}
    assert f"third {len(SECRET)}" in project.daglab("logs", project.latest_run()).out
    assert project.store_is_sound()
    no_secret(project, resumed.out)


def test_killed_worker_fails_its_step_and_the_others_close(project: Project) -> None:
    process = stuck(project, "2")
    psutil.Process(int((project.root / "pid").read_text())).kill()
    done = ended(process).without_traceback()
    assert done.code == 1
    assert "failed  second  WorkerDied: the process that ran it was ended by SIGKILL" in done.out
    assert "skipped third: 'second' failed.\n" in done.out
    let_pass(project)
    resumed = project.daglab("run", "resume", project.latest_run(), env=SECRETS)
    assert (resumed.code, resumed.steps) == (0, ["second", "third"]), resumed


@pytest.mark.parametrize("processes", ["0", "2"])
def test_secret_that_does_not_fit_is_not_told(project: Project, processes: str) -> None:
    project.notebook(*CELLS)
    long = {"PASSWORD": SECRET * 5}
    done = project.daglab("job", "execute", "kept", "-f", "pipeline.ipynb", "-j", processes, env=long)
    assert done.code == 1
    assert "the resource 'database' could not be opened: ValidationError" in done.out
    assert "at most 30 characters" in done.out
    assert "contextlib.py" not in done.out
    no_secret(project, done.out, done.err)


def test_secret_that_is_not_there_is_named_before_the_run(project: Project) -> None:
    project.notebook(*CELLS)
    told = project.daglab("job", "execute", "kept", "-f", "pipeline.ipynb").refused()
    assert "root:resources:database:config:password" in told
    assert "'PASSWORD'" in told
    assert project.runs() == []
