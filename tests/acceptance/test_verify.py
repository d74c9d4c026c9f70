"""`daglab verify`: whether what is recorded is what the notebook makes."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from project import Project

PLAIN = "import pandas as pd\nFACTOR = 2"
BASE = "%%asset\nbase = pd.DataFrame({'a': [1, 2, 3]})"
DOUBLED = "%%asset\ndoubled = base * FACTOR"
TOTAL = "%%asset\ntotal = int(doubled['a'].sum())"


def verified(project: Project, *selection: str, code: int, name: str = "pipeline.ipynb") -> dict[str, Any]:
    """What is said of each asset."""
    told = project.json_of("verify", *filter(None, [name]), *selection, code=code)
    assert told["same"] is (code == 0)
    return {one["asset"]: one for one in told["assets"]}


def agreements(found: dict[str, Any]) -> dict[str, str]:
    return {key: one["agreement"] for key, one in found.items()}


def fingerprint(folder: Path) -> dict[str, str]:
    """All values, and all records: the files of a database change when it is looked at."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("store.db")
    }


def test_what_the_notebook_makes_is_as_recorded_and_nothing_is_touched(project: Project) -> None:
    project.notebook(PLAIN, BASE, DOUBLED, TOTAL)
    project.materialize()
    files, runs, events = fingerprint(project.home), project.runs(), project.daglab("logs", project.latest_run()).out
    done = project.daglab("verify", "pipeline.ipynb")
    assert (done.code, done.err) == (0, "")
    assert done.last_line == "3 assets as recorded."
    assert agreements(verified(project, code=0)) == {"base": "same", "doubled": "same", "total": "same"}
    assert (fingerprint(project.home), project.runs()) == (files, runs)
    assert project.daglab("logs", project.latest_run()).out == events


def test_changed_code_is_told_with_what_it_changes(project: Project) -> None:
    project.notebook(PLAIN, BASE, DOUBLED, TOTAL)
    project.materialize()
    project.notebook(PLAIN.replace("2", "3"), BASE, DOUBLED, TOTAL)
    found = verified(project, code=1)
    assert agreements(found) == {"base": "same", "doubled": "differs", "total": "differs"}
    assert found["doubled"]["causes"] == ["its code changed since it was materialized"]
    assert found["doubled"]["difference"]["first"] == "row 0, column 'a': 2 became 3"
    assert found["total"]["causes"] == ["its input 'doubled' came out different, too"]
    assert found["total"]["difference"]["first"] == "12 became 18"
    plain = project.daglab("verify", "pipeline.ipynb")
    assert (plain.code, plain.last_line) == (1, "2 of 3 assets not as recorded.")
    assert project.statuses() == {"base": "fresh", "doubled": "stale", "total": "stale"}


def test_selected_assets_are_made_from_what_is_recorded(project: Project) -> None:
    project.notebook(PLAIN, BASE, DOUBLED, TOTAL)
    project.materialize()
    project.notebook(PLAIN.replace("2", "3"), BASE, DOUBLED, TOTAL)
    assert agreements(verified(project, "total", code=0)) == {"total": "same"}
    assert agreements(verified(project, "+total", code=1)).keys() == {"base", "doubled", "total"}
    assert "'totla'" in project.daglab("verify", "pipeline.ipynb", "totla").refused()


def test_randomness_is_told_from_other_causes(project: Project) -> None:
    project.notebook("import random", "%%asset\nlots = [random.random() for _ in range(3)]", "%%asset\none = lots[0]")
    project.materialize()
    found = verified(project, code=1)
    assert found["lots"]["causes"][0].startswith("it is not deterministic: two clean runs of the same code")
    assert found["one"]["causes"] == [
        "two clean runs differ, because 'lots' came out different in each",
        "its input 'lots' came out different, too",
    ]


def test_equal_values_of_other_bytes_are_the_same(project: Project) -> None:
    project.notebook("%%asset\nnames = set('abcdefghijklmnop')")
    assert project.materialize(env={"PYTHONHASHSEED": "1"}).code == 0
    done = project.daglab("verify", "pipeline.ipynb", env={"PYTHONHASHSEED": "2"})
    assert (done.code, done.last_line) == (0, "1 asset as recorded.")
    assert "only the bytes that are stored differ" in done.out


def test_file_that_changed_is_suspected(project: Project) -> None:
    (project.root / "input.txt").write_text("1")
    project.notebook("%%asset\ntext = open('input.txt').read()")
    project.materialize()
    (project.root / "input.txt").write_text("2")
    [cause] = verified(project, code=1)["text"]["causes"]
    assert cause.startswith("code and inputs are as recorded: a file or service that it reads has changed")


def test_what_was_made_from_an_older_version_is_told(project: Project) -> None:
    project.notebook("%%asset\nbase = 1", "%%asset\nnext_one = base + 1")
    project.materialize()
    project.notebook("%%asset\nbase = 5", "%%asset\nnext_one = base + 1")
    project.materialize("base")
    found = verified(project, code=1)
    assert agreements(found) == {"base": "same", "next_one": "differs"}
    assert found["next_one"]["causes"] == ["it was made from an older version of 'base'"]


def test_never_made_and_failing_assets_are_no_agreement(project: Project) -> None:
    project.notebook("%%asset\ngood = 1", "%%asset\nbad = 1 / 0", "%%asset\nafter = bad")
    found = verified(project, code=1)
    assert agreements(found) == {"good": "never", "bad": "failed", "after": "failed"}
    assert found["bad"]["causes"] == ["it failed: ZeroDivisionError: division by zero"]
    assert project.runs() == []
    assert project.statuses() == {"good": "never", "bad": "never", "after": "never"}


def test_settings_of_the_project_do_not_lead_to_its_values(project: Project) -> None:
    (project.root / "pyproject.toml").write_text("[tool.daglab]\nstorage = 'values'\nrun_store = 'sqlite:///runs.db'\n")
    project.notebook("%%asset\nsome = [1]", "%%asset\nimport daglab\nseen = str(daglab.Instance.get().home.path)")
    project.materialize()
    before = fingerprint(project.root / "values")
    found = verified(project, code=1)
    assert agreements(found) == {"some": "same", "seen": "differs"}  # its code was given the home of the trial
    assert fingerprint(project.root / "values") == before


def test_value_that_only_another_notebook_makes_is_read(project: Project) -> None:
    project.notebook("%%asset\nraw = {1, 2}", name="first.ipynb")  # a pickle, signed
    project.notebook("%%asset\ncooked = sum(raw)", name="second.ipynb")
    assert project.daglab("materialize").code == 0
    assert agreements(verified(project, "cooked", code=0, name="")) == {"cooked": "same"}
    assert agreements(verified(project, code=0, name="")) == {"raw": "same", "cooked": "same"}


SHELF = """
import daglab, pathlib
class Shelf(daglab.ConfigurableIOManager):
    def handle_output(self, context, obj):
        with open('shelf', 'a') as file:
            file.write(str(obj))
    def load_input(self, context):
        return pathlib.Path('shelf').read_text()
@daglab.asset(io_manager_key='shelf')
def shelved():
    return 'x'
@daglab.asset
def reader(shelved):
    return shelved * 2
@daglab.asset(partitions_def=daglab.StaticPartitionsDefinition(['a']))
def divided(context):
    return 1
@daglab.asset
def own():
    return daglab.MaterializeResult()
defs = daglab.Definitions(assets=[shelved, reader, divided, own], resources={'shelf': Shelf()})
"""


def test_what_other_io_managers_keep_is_not_written(project: Project) -> None:
    project.notebook(SHELF)
    assert agreements(verified(project, "shelved or reader", code=0)) == {"shelved": "left out", "reader": "left out"}
    assert project.materialize("shelved or reader or own").code == 0
    assert (project.root / "shelf").read_text() == "x"
    found = verified(project, code=0)
    assert agreements(found) == {"shelved": "left out", "reader": "same", "divided": "left out", "own": "left out"}
    assert found["shelved"]["causes"] == ["the IO manager 'shelf' would store it where the real value is"]
    assert (project.root / "shelf").read_text() == "x"


def test_nothing_stays_of_the_trial(project: Project, tmp_path: Path) -> None:
    project.notebook(PLAIN, BASE)
    project.materialize()
    folder = tmp_path / "temporary"
    folder.mkdir()
    assert project.daglab("verify", "pipeline.ipynb", env={"TMPDIR": str(folder)}).code == 0
    assert list(folder.iterdir()) == []


def test_empty_notebook_is_said_to_be_empty(project: Project) -> None:
    project.notebook("x = 1")
    done = project.daglab("verify", "pipeline.ipynb")
    assert (done.code, done.last_line) == (0, "There are no assets here: start a cell with %%asset.")
    assert "no such file" in project.daglab("verify", "missing.ipynb").refused()
