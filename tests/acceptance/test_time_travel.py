"""What an asset was, on the command line."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

from project import LONGEST_SECONDS, Project

from daglab.definitions.asset_decorator import asset
from daglab.errors import ValueMissingError
from daglab.orchestration.instance import Instance
from daglab.orchestration.materialize import materialize

CELL = "%%asset\nimport pandas as pd\ndelays = pd.DataFrame({'carrier': list('UAD')[:ROWS], 'delay': range(ROWS)})"


def made_twice(project: Project) -> None:
    for rows in (2, 3):
        project.notebook(CELL.replace("ROWS", str(rows)))
        assert project.materialize().code == 0


def test_earlier_value_is_shown(project: Project) -> None:
    made_twice(project)
    latest = project.daglab("asset", "load", "delays", "-f", "pipeline.ipynb")
    earlier = project.daglab("asset", "load", "delays", "--version", "-2")
    assert latest.out.splitlines()[2:] == ["carrier  delay", "U        0", "A        1", "D        2"]
    assert earlier.out.splitlines()[2:] == ["carrier  delay", "U        0", "A        1"]
    version = project.json("asset", "load", "delays", "--version", "-2")["materialization"]["data_version"]
    assert project.daglab("asset", "load", "delays", "--version", version[:8]) == earlier
    run = project.latest_run()
    assert project.daglab("asset", "load", "delays", "--run", run).out == latest.out


def test_versions_that_are_not_there_are_refused(project: Project) -> None:
    made_twice(project)
    project.notebook("%%asset alone\nalone = 1", name="alone.ipynb")
    assert project.materialize(name="alone.ipynb").code == 0
    assert "it was made once; the latest is " in project.daglab("asset", "load", "alone", "--version", "-2").refused()
    assert "it was made 2 times" in project.daglab("asset", "load", "delays", "--version", "-3").refused()
    assert "'soon' is no moment" in project.daglab("asset", "load", "delays", "--as-of", "soon").refused()
    assert "the first one was made" in project.daglab("asset", "load", "delays", "--as-of", "2001-01-01").refused()
    assert "has no version '--jsno'" in project.daglab("asset", "compare", "delays", "--jsno").refused()


def test_two_versions_are_compared(project: Project) -> None:
    made_twice(project)
    plain = project.daglab("asset", "compare", "delays", "-2", "-1")
    assert plain.out.splitlines()[-1] == "1 row more: it had 2 and has 3."
    assert plain == project.daglab("asset", "compare", "delays")
    told = project.json("asset", "compare", "delays", "-1", "-2")
    assert (told["difference"]["rows"], told["same"]) == ([3, 2], False)


def test_whole_history_is_numbered(project: Project) -> None:
    made_twice(project)
    shown = project.daglab("asset", "show", "delays", "-f", "pipeline.ipynb", "--history").out.splitlines()
    numbers = [line.split()[0] for line in shown[shown.index("") + 2 :]]
    assert numbers == ["-1", "-2"]


def test_value_of_an_io_manager_of_the_project_is_shown(project: Project) -> None:
    project.notebook(
        "import daglab, pathlib\n"
        "class Shelf(daglab.ConfigurableIOManager):\n"
        "    folder: str\n"
        "    def handle_output(self, context, obj):\n"
        "        pathlib.Path(self.folder).write_text(str(obj))\n"
        "    def load_input(self, context):\n"
        "        return pathlib.Path(self.folder).read_text()\n"
        "@daglab.asset(io_manager_key='shelf')\n"
        "def shelved():\n"
        "    return pathlib.Path('value').read_text()\n"
        "defs = daglab.Definitions(assets=[shelved], resources={'shelf': Shelf(folder='kept')})"
    )
    for value in ("one", "two"):
        (project.root / "value").write_text(value)
        assert project.materialize("--all").code == 0
    assert project.daglab("asset", "load", "shelved").out.splitlines()[-1] == "two"
    assert "keeps only the latest one" in project.daglab("asset", "load", "shelved", "--version", "-2").refused()


# ---- pruned


def test_what_retention_does_not_keep_goes(project: Project) -> None:
    made_twice(project)
    assert "no retention is set" in project.daglab("prune").refused()
    (project.root / "pyproject.toml").write_text("[tool.daglab.retention]\nmaterializations = 1\n")
    assert project.daglab("prune").out == "There is nothing to remove.\n"  # it was replaced just now
    planned = project.daglab("prune", "--grace", "0", "--dry-run")
    assert planned.last_line.startswith("1 value, ")
    assert planned.last_line.endswith("would be removed.")
    assert len(project.stored_files()) == 2
    assert project.json("prune", "--grace", "0")["assets"][0]["removed"] == 1
    assert len(project.stored_files()) == 1
    assert "by retention, which keeps the latest 1 value" in (
        project.daglab("asset", "load", "delays", "--version", "-2").refused()
    )
    shown = project.daglab("asset", "show", "delays", "-f", "pipeline.ipynb", "--history").out.splitlines()
    assert [("removed" in line) for line in shown[-2:]] == [False, True]
    compared = project.daglab("asset", "compare", "delays")
    assert compared.last_line.startswith("The values were not compared: the value of asset 'delays' of")
    assert project.statuses() == {"delays": "fresh"}


def test_prune_that_is_killed_leaves_everything_explained(project: Project) -> None:
    values: list[int] = []

    @asset
    def counted() -> Any:
        return list(values)

    with Instance.open(project.home) as instance:
        for number in range(120):
            values.append(number)
            materialize([counted], instance=instance)
        count = len(project.stored_files())
        process = project.start("prune", "--keep", "1", "--grace", "0")
        deadline = time.monotonic() + LONGEST_SECONDS
        while len(project.stored_files()) == count and process.poll() is None and time.monotonic() < deadline:
            pass
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        assert instance.load("counted") == values
        reasons = []
        for place in range(2, 121):
            try:
                assert instance.load("counted", version=-place) == values[: 121 - place]
            except ValueMissingError as error:
                reasons.append(str(error))
        assert all("by retention" in reason for reason in reasons)
        assert project.daglab("prune", "--keep", "1", "--grace", "0").code == 0
        assert instance.load("counted") == values
    # What the killed process may have set aside goes a minute later.
    assert len([name for name in project.stored_files() if not name.startswith("counted/.")]) == 1
    assert project.store_is_sound()
