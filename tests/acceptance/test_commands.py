"""What the commands that look at runs, assets and graphs say."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest
from project import COMMAND, Project, ended

CELLS = (
    "import pandas as pd",
    '%%asset --group raw --kinds pandas\n"""What was ordered."""\n'
    'orders = pd.DataFrame({"id": [1, 2, 3], "price": [1.5, 2.5, 3.0]})',
    "%%check orders priced\nbool((orders.price > 0).all())",
    "%%asset --owners ann@example.org --tags level=gold\ntotal = float(orders.price.sum())\nprint('adding up')",
    "%%asset\nbroken = total / 0",
)


@pytest.fixture
def made(project: Project) -> Project:
    project.notebook(*CELLS)
    assert project.materialize().code == 1
    return project


def test_table_at_the_end_tells_rows_sizes_and_places(made: Project) -> None:
    done = made.materialize("--all")
    lines = done.out.splitlines()
    [heading] = [line for line in lines if line.startswith("asset ")]
    assert heading.split() == ["asset", "rows", "seconds", "size", "version", "where"]
    [orders] = [line for line in lines if line.startswith("orders ")]
    name, rows, _, _, unit, version, where = orders.split()
    assert (name, rows, unit in ("B", "kB"), len(version)) == ("orders", "3", True, 8)
    assert (made.root / where).is_file()
    assert "2 assets made, 1 failed in " in done.out


def test_every_command_speaks_json(made: Project) -> None:
    [run] = made.json("runs")
    assert (run["status"], run["steps_total"], run["steps_done"], run["steps_failed"]) == ("FAILURE", 4, 3, 1)
    assert (run["location"], run["target"], run["launched_by"]) == ("pipeline.ipynb", "all assets", "command line")
    shown = made.json("run", "show", run["id"][:13])
    assert shown["run"] == run
    assert [(one["step_key"], one["status"]) for one in shown["steps"]] == [
        ("orders", "SUCCESS"), ("orders_priced", "SUCCESS"), ("total", "SUCCESS"), ("broken", "FAILURE")
    ]  # fmt: skip
    orders, total, broken = made.json("assets", "-f", "pipeline.ipynb")
    assert (orders["group"], orders["kinds"], orders["rows"], orders["cell"]) == ("raw", ["pandas"], 3, 2)
    assert (total["owners"], total["tags"]) == (["ann@example.org"], {"level": "gold"})
    assert (broken["status"], broken["error"]) == ("failed", "ZeroDivisionError: float division by zero")
    asset = made.json("asset", "show", "orders", "-f", "pipeline.ipynb")
    assert asset["asset"] == orders
    assert [one["run_id"] for one in asset["history"]] == [run["id"]]
    assert asset["preview"]["head"][0] == ["1", "1.5"]
    graph = made.json("graph", "-f", "pipeline.ipynb")
    assert graph["edges"] == [{"source": "orders", "target": "total"}, {"source": "total", "target": "broken"}]
    assert graph["assets"] == [orders, total, broken]
    failed = json.loads(made.materialize("--json").out)
    assert (failed["status"], list(failed["failures"])) == ("FAILURE", ["broken"])
    resumed = made.daglab("run", "resume", failed["run_id"], "--json")
    assert (resumed.code, json.loads(resumed.out)["status"]) == (1, "FAILURE")
    made.notebook(*CELLS[:4])
    fresh = json.loads(made.materialize("--json").out)
    assert fresh == {"run_id": None, "status": "SUCCESS", "fresh": ["orders", "total"], "assets": [], "checks": []}


def test_logs_tell_the_whole_story(made: Project) -> None:
    run_id = made.latest_run()
    told = [line.split(maxsplit=2)[1:] for line in made.daglab("logs", run_id).out.splitlines() if line[2:3] == ":"]
    assert [line[0] for line in told] == [
        "RUN_START",
        "STEP_START", "STEP_OUTPUT", "ASSET_MATERIALIZATION", "STEP_SUCCESS",
        "STEP_START", "STEP_INPUT", "STEP_OUTPUT", "ASSET_CHECK_EVALUATION", "STEP_SUCCESS",
        "STEP_START", "STEP_INPUT", "OUTPUT", "STEP_OUTPUT", "ASSET_MATERIALIZATION", "STEP_SUCCESS",
        "STEP_START", "STEP_INPUT", "STEP_FAILURE",
        "RUN_FAILURE",
    ]  # fmt: skip
    assert ["OUTPUT", "total  adding up"] in told
    events = [json.loads(line) for line in made.daglab("logs", run_id, "--json").out.splitlines()]
    assert [one["type"] for one in events] == [line[0] for line in told]
    assert [one["id"] for one in events] == sorted(one["id"] for one in events)


def test_logs_follow_a_run_to_its_end(project: Project) -> None:
    project.notebook(
        "%%asset\nfirst = 1",
        "%%asset --deps first\nopen('reached', 'w').close()\n"
        "with open('gate') as gate: gate.read()\nprint('let through')\nsecond = 2",
    )
    reached = project.flag("reached")
    project.gate("gate")
    run = project.start("materialize", "-f", "pipeline.ipynb")
    reached.wait()
    follower = project.start("logs", project.latest_run(), "--follow")
    assert follower.stdout is not None
    seen = follower.stdout.readline()
    assert "RUN_START" in seen
    (project.root / "gate").write_text("")
    assert ended(run).code == 0
    rest = ended(follower).without_traceback()
    assert rest.code == 0
    assert "let through" in rest.out
    assert rest.out.splitlines()[-1].split()[1] == "RUN_SUCCESS"


def test_logs_stop_following_on_interrupt_and_when_the_run_is_lost(project: Project) -> None:
    project.notebook("%%asset\nopen('reached', 'w').close()\nopen('gate').read()\na = 2")
    reached = project.flag("reached")
    project.gate("gate")
    run = project.start("materialize", "-f", "pipeline.ipynb")
    reached.wait()
    run_id = project.latest_run()
    followers = [project.start("logs", run_id, "--follow") for _ in range(2)]
    for follower in followers:
        assert follower.stdout is not None
        follower.stdout.readline()
    followers[0].send_signal(signal.SIGINT)
    assert ended(followers[0]).without_traceback().code == 130
    assert project.runs() == [("STARTED", "command line")]
    run.kill()
    run.wait()
    told = ended(followers[1]).without_traceback()
    assert (told.code, "RunLost: " in told.out) == (0, True)


def test_output_that_nobody_reads_any_more_is_no_error(made: Project) -> None:
    command = " ".join([*COMMAND, "logs", made.latest_run()])
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{command} | head -1"],
        cwd=made.root,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (len(done.stdout.splitlines()), done.stderr) == (1, "")


def test_run_show_names_steps_and_reasons(made: Project) -> None:
    out = made.daglab("run", "show", made.latest_run()).out
    assert "pipeline.ipynb, from the command line\n" in out
    assert "ZeroDivisionError: float division by zero" in out
    assert [line.split()[:2] for line in out.splitlines() if line.startswith(("orders", "total", "broken"))] == [
        ["orders", "SUCCESS"], ["orders_priced", "SUCCESS"], ["total", "SUCCESS"], ["broken", "FAILURE"]
    ]  # fmt: skip


def test_asset_show_tells_of_history_checks_and_values(made: Project) -> None:
    out = made.daglab("asset", "show", "orders", "-f", "pipeline.ipynb").out
    assert out.startswith("orders  fresh\n  What was ordered.\n  defined in pipeline.ipynb, cell 2\n")
    assert "  needs nothing\n  needed by total\n  check priced: passed\n" in out
    assert [line.split() for line in out.splitlines()[-4:]] == [
        ["id", "price"],
        ["1", "1.5"],
        ["2", "2.5"],
        ["3", "3.0"],
    ]


def test_asset_that_is_defined_no_more_keeps_its_history(made: Project) -> None:
    made.notebook(*CELLS[:3])
    out = made.daglab("asset", "show", "total", "-f", "pipeline.ipynb").out
    assert out.startswith("total  not defined here\n")
    assert made.json("asset", "show", "total", "-f", "pipeline.ipynb")["asset"] is None


def test_empty_home_has_no_runs(project: Project) -> None:
    assert project.daglab("runs").out == f"There are no runs in {project.home} yet.\n"
    assert project.json("runs") == []


@pytest.mark.parametrize(
    ("form", "begins", "holds"),
    [
        ("dot", "digraph", "n0 -> n1"),
        ("svg", "<svg", "orders"),
        ("mermaid", "flowchart", "-->"),
        ("json", "{", '"source": "orders"'),
        ("text", "", "orders"),
    ],
)
def test_graph_in_every_format(made: Project, form: str, begins: str, holds: str, tmp_path: Path) -> None:
    done = made.daglab("graph", "-f", "pipeline.ipynb", "--format", form)
    assert (done.code, done.err) == (0, "")
    assert done.out.lstrip().startswith(begins), done.out[:200]
    assert holds in done.out, done.out
    file = tmp_path / "deep" / "graph"
    assert made.daglab("graph", "-f", "pipeline.ipynb", "--format", form, "-o", str(file)).err == f"{file} written\n"
    assert file.read_text("utf-8").rstrip("\n") == done.out.rstrip("\n")


def test_help_names_every_command(project: Project) -> None:
    out = project.daglab("--help").out
    for command in ("analyze", "asset", "assets", "graph", "logs", "materialize", "promote", "run", "runs"):
        assert f"\n  {command} " in out
        assert project.daglab(command, "--help").code == 0
