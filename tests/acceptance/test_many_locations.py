"""One graph over several notebooks and modules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from project import Project, notebook_text

SETTINGS = '[project]\nname = "p"\nversion = "1"\n[tool.daglab]\nlocations = ["notebooks/*.ipynb", "pipeline.assets"]\n'
MODULE = """
from daglab import asset

@asset(key_prefix="raw")
def prices():
    return [2, 3]
"""


@pytest.fixture
def workspace(project: Project) -> Project:
    (project.root / "pyproject.toml").write_text(SETTINGS)
    (project.root / "pipeline").mkdir()
    (project.root / "pipeline" / "__init__.py").write_text("")
    (project.root / "pipeline" / "assets.py").write_text(MODULE)
    project.notebook("%%asset orders --group raw\norders = [8, 12]", name="notebooks/raw.ipynb")
    project.notebook(
        "%%asset revenue --group reports\nrevenue = sum(a * b for a, b in zip(orders, prices))",
        name="notebooks/report.ipynb",
    )
    return project


def graph_of(project: Project, *arguments: str) -> dict[str, list[str]]:
    """What each asset needs."""
    done = project.daglab("graph", "--json", *arguments)
    found = json.loads(done.out)
    parents: dict[str, list[str]] = {one["key"]: [] for one in found["assets"]}
    for edge in found["edges"]:
        parents[edge["target"]].append(edge["source"])
    return parents


def test_notebook_reads_another_notebook_and_a_module_by_name(workspace: Project) -> None:
    done = workspace.daglab("materialize")
    assert (done.code, workspace.load("revenue")) == (0, "52"), done
    assert graph_of(workspace) == {"orders": [], "revenue": ["orders", "raw/prices"], "raw/prices": []}


def test_file_alone_knows_the_assets_of_its_workspace(workspace: Project) -> None:
    assert workspace.daglab("materialize", "orders or key:raw/prices").code == 0
    done = workspace.materialize(name="notebooks/report.ipynb")
    assert (done.code, done.steps) == (0, ["revenue"]), done
    assert workspace.load("revenue") == "52"
    # It is the same asset with the same code, however it was named.
    assert "All 3 assets are fresh" in workspace.daglab("materialize").out


def test_file_can_be_made_with_what_it_needs_elsewhere(workspace: Project) -> None:
    done = workspace.materialize("+revenue", name="notebooks/report.ipynb")
    assert (done.code, sorted(done.steps)) == (0, ["orders", "raw__prices", "revenue"]), done


def test_file_is_made_in_its_own_project_wherever_the_command_is_given(workspace: Project, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    file = str(workspace.root / "notebooks" / "report.ipynb")
    done = workspace.daglab("materialize", "-f", file, "+revenue", cwd=elsewhere)
    assert (done.code, sorted(done.steps)) == (0, ["orders", "raw__prices", "revenue"]), done
    assert (workspace.load("revenue"), list(elsewhere.iterdir())) == ("52", [])
    assert workspace.daglab("asset", "load", "revenue", "-f", file, cwd=elsewhere).code == 0


def test_label_that_cannot_be_costs_only_its_cell(workspace: Project) -> None:
    workspace.notebook("%%asset one --group 'a b'\none = 1", "%%asset two\ntwo = 2", name="notebooks/labels.ipynb")
    done = workspace.daglab("assets")
    assert "error: notebooks/labels.ipynb, cell 1, line 1: %%asset: 'a b' is no name of a group\n" in done.err, done
    assert workspace.daglab("materialize", "two").steps == ["two"]


def test_file_beside_a_schedule_of_other_assets_is_valid(workspace: Project) -> None:
    workspace.notebook('%schedule "0 6 * * *" orders', name="notebooks/times.ipynb")
    sensor = "%%sensor look --job times_schedule_job\nresult = None"
    workspace.notebook("%%asset own\nown = 1", sensor, name="notebooks/look.ipynb")
    done = workspace.daglab("definitions", "validate", "-f", "notebooks/look.ipynb")
    assert (done.code, done.err) == (0, ""), done


def test_file_shows_what_it_reads_and_nothing_else(workspace: Project) -> None:
    workspace.notebook("%%asset other\nother = 1", name="notebooks/other.ipynb")
    assert sorted(graph_of(workspace, "-f", "notebooks/report.ipynb")) == ["orders", "raw/prices", "revenue"]
    assert sorted(graph_of(workspace, "-f", "notebooks/raw.ipynb")) == ["orders"]


def test_file_that_reads_nothing_elsewhere_runs_no_code_elsewhere(workspace: Project) -> None:
    trap = "raise SystemError('this must not run')"
    (workspace.root / "pipeline" / "assets.py").write_text(trap)
    workspace.notebook(f"import daglab\n{trap}\n@daglab.asset\ndef a():\n    return 1", name="notebooks/bad.ipynb")
    done = workspace.materialize(name="notebooks/raw.ipynb")
    assert (done.code, done.steps, done.err) == (0, ["orders"], ""), done


def test_copy_of_a_notebook_by_its_name_is_that_copy(workspace: Project) -> None:
    workspace.notebook("%%asset orders\norders = [1]", name="notebooks/raw-Copy1.ipynb")
    assert workspace.materialize(name="notebooks/raw-Copy1.ipynb").code == 0
    assert workspace.load("orders") == "[1]"
    clash = "'orders' is defined in notebooks/raw-Copy1.ipynb, cell 1 and in notebooks/raw.ipynb, cell 1"
    assert clash in workspace.daglab("graph").err


def test_ambiguous_name_lists_both_and_ins_decides(workspace: Project) -> None:
    workspace.notebook("%%asset --key-prefix old\nprices = [1, 1]", name="notebooks/old.ipynb")
    assert "'prices' may be any of the assets old/prices, raw/prices; say which: --ins prices=old/prices" in (
        workspace.daglab("graph").err
    )
    workspace.notebook(
        "%%asset revenue --ins prices=old/prices\nrevenue = sum(prices) + len(orders)", name="notebooks/report.ipynb"
    )
    assert graph_of(workspace)["revenue"] == ["orders", "old/prices"]


def test_ambiguous_dependency_without_a_value_is_refused(workspace: Project) -> None:
    workspace.notebook("%%asset --key-prefix old\nprices = [1, 1]", name="notebooks/old.ipynb")
    workspace.notebook("%%asset later --deps prices\nlater = 1", name="notebooks/report.ipynb")
    assert "'prices' may be any of the assets old/prices, raw/prices; write the whole key" in (
        workspace.daglab("graph").err
    )


def test_circle_across_notebooks_is_named(workspace: Project) -> None:
    workspace.notebook("%%asset\nhere = there", name="notebooks/one.ipynb")
    workspace.notebook("%%asset\nthere = here", name="notebooks/two.ipynb")
    done = workspace.daglab("materialize")
    assert "these assets need each other: here → there → here" in done.err
    assert (done.code, sorted(done.steps)) == (1, ["orders", "raw__prices", "revenue"])


def test_function_of_another_notebook_is_read_by_name(workspace: Project) -> None:
    function = "import daglab\n\n@daglab.asset\ndef rates():\n    return 10"
    workspace.notebook(function, name="notebooks/rates.ipynb")
    workspace.notebook("%%asset\nrated = rates * 2", name="notebooks/rated.ipynb")
    done = workspace.materialize("+rated", name="notebooks/rated.ipynb")
    assert (done.code, workspace.load("rated")) == (0, "20"), done


@pytest.mark.parametrize("broken", ["notebooks/raw.ipynb", "pipeline/assets.py"])
def test_last_good_version_of_a_broken_location_stays_known(workspace: Project, broken: str) -> None:
    assert workspace.daglab("materialize").code == 0
    path = workspace.root / broken
    good = path.read_text()
    path.write_text("<<<<<<< HEAD\n")
    found = json.loads(workspace.daglab("graph", "--json").out)
    lost = "raw/prices" if broken.endswith(".py") else "orders"
    [shown] = [one for one in found["assets"] if one["key"] == lost]
    assert "the last good version of" in shown["error"]
    done = workspace.daglab("materialize", "--all", "revenue")
    assert f"asset '{lost}'" in done.err and "cannot be used" in done.err, done
    path.write_text(good)
    assert "All 3 assets are fresh" in workspace.daglab("materialize").out


def test_job_of_a_file_makes_what_it_needs_elsewhere(workspace: Project) -> None:
    workspace.notebook(
        "%%asset revenue\nrevenue = sum(orders) * prices[0]",
        '%schedule "0 6 * * *" +revenue --name nightly',
        name="notebooks/report.ipynb",
    )
    done = workspace.daglab("job", "execute", "nightly_job", "-f", "notebooks/report.ipynb")
    assert (done.code, workspace.load("revenue")) == (0, "40"), done


def test_io_manager_of_a_module_stores_what_a_cell_makes(workspace: Project) -> None:
    (workspace.root / "pipeline" / "assets.py").write_text(
        "from daglab import Definitions, IOManager\n"
        "class Text(IOManager):\n"
        "    def handle_output(self, context, obj):\n"
        "        open(f'{context.asset_key.path[-1]}.txt', 'w').write(str(obj))\n"
        "    def load_input(self, context):\n"
        "        return open(f'{context.asset_key.path[-1]}.txt').read()\n"
        "defs = Definitions(resources={'text': Text()})\n"
    )
    workspace.notebook("%%asset orders --io text\norders = [8]", name="notebooks/raw.ipynb")
    assert workspace.materialize(name="notebooks/raw.ipynb").code == 0
    assert [path.read_text() for path in workspace.root.rglob("orders.txt")] == ["[8]"]


def test_removed_notebook_leaves_nothing(workspace: Project) -> None:
    assert workspace.daglab("graph").code == 0
    (workspace.root / "notebooks" / "raw.ipynb").rename(workspace.root / "notebooks" / "renamed.ipynb")
    assert graph_of(workspace)["revenue"] == ["orders", "raw/prices"]
    (workspace.root / "notebooks" / "renamed.ipynb").unlink()
    assert "orders" not in graph_of(workspace)


def broken_notebooks(folder: Path) -> dict[str, str]:
    """Files that are no notebooks, and what is said of each."""
    cell = {"cell_type": "code", "metadata": {}, "outputs": []}
    written: dict[str, tuple[bytes, str]] = {
        "empty": (b"", "the file is empty"),
        "binary": (bytes(range(256)), "not UTF-8 text"),
        "cut": (notebook_text("%%asset\ncut = 1").encode()[:40], "not valid JSON"),
        "digits": (b'{"cells": [' + b"9" * 5_000 + b"]}", "not valid JSON"),
        "deep": (b"[" * 100_000, "not valid JSON: nested too deeply"),
        "cells": (b'{"cells": [7]}', "cell 1 is no JSON object"),
        "sheets": (b'{"worksheets": [{"cells": 7}], "cells": 7}', "no list of cells"),
        "surrogate": (json.dumps({"cells": [{**cell, "source": "%%asset\ns = '\ud800'"}]}).encode(), "cell 1"),
    }
    for name, (content, _) in written.items():
        (folder / f"{name}.ipynb").write_bytes(content)
    (folder / "loop.ipynb").symlink_to(folder / "loop.ipynb")
    (folder / "nowhere.ipynb").symlink_to(folder / "gone")
    return {name: text for name, (_, text) in written.items()} | {"loop": "cannot be read", "nowhere": "no such file"}


def test_broken_notebooks_cost_only_themselves(workspace: Project) -> None:
    folder = workspace.root / "notebooks"
    expected = broken_notebooks(folder)
    (folder / "no-source.ipynb").write_text('{"cells": [{"cell_type": "code"}, {"cell_type": "code", "source": null}]}')
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": ["%%asset\n", "old = 3"], "language": "python"}]}]}
    (folder / "old.ipynb").write_text(json.dumps({**old, "nbformat": 3}))
    workspace.notebook("%%asset\nfine = 1", "%%asset\nwrong = (", name="notebooks/half.ipynb")
    done = workspace.daglab("materialize").without_traceback()
    assert done.code == 1
    for name, text in expected.items():
        [line] = [line for line in done.err.splitlines() if line.startswith(f"error: notebooks/{name}.ipynb")]
        assert text in line
    assert "notebooks/half.ipynb, cell 2, line 2: invalid syntax" in done.err
    assert {"orders", "raw__prices", "revenue", "old"} <= set(done.steps), done


def test_notebook_with_very_large_outputs_is_read(workspace: Project) -> None:
    content = json.loads(notebook_text("%%asset\nlarge = 1"))
    content["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["x" * 1_000_000] * 100}]
    (workspace.root / "notebooks" / "large.ipynb").write_text(json.dumps(content))
    assert "large" in graph_of(workspace)


def test_graph_of_cells_runs_none_of_them(project: Project) -> None:
    trap = "open('ran.txt', 'w').write('x')"
    project.notebook(f"{trap}\nimport daglab\nLIMIT = 3", f"%%asset\n{trap}\na = LIMIT", "%%check a\na > 0")
    assert graph_of(project, "-f", "pipeline.ipynb") == {"a": []}
    assert "Everything fits together" in project.daglab("definitions", "validate").out
    assert not (project.root / "ran.txt").exists()
