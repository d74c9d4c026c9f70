"""`@asset` and `@asset_check` functions, in cells and in modules."""

from __future__ import annotations

from project import Project

MODULE = '''\
import os

from daglab import AssetCheckResult, asset, asset_check

print("the module was imported")

LIMIT = 100


@asset(group_name="raw", owners=["team:data"])
def orders():
    """What was ordered."""
    os.system("echo from a child process")
    print("ordering")
    return [1, 2, 3]


@asset
def total(context, orders):
    context.add_output_metadata({"orders": len(orders)})
    context.log.warning("adding up")
    return sum(orders)


@asset_check(asset=total, blocking=True)
def below_limit(total):
    return AssetCheckResult(passed=total < LIMIT, description=f"{total} of {LIMIT}")


@asset
def report(total):
    return f"total: {total}"
'''


def with_module(project: Project, text: str = MODULE) -> None:
    (project.root / "pyproject.toml").write_text('[tool.daglab]\nlocations = ["flows", "*.ipynb"]\n')
    (project.root / "flows.py").write_text(text)


def test_functions_of_a_module_are_assets(project: Project) -> None:
    with_module(project)
    done = project.daglab("materialize")
    assert (done.code, done.steps) == (0, ["orders", "total", "total_below_limit", "report"])
    assert project.load("report") == "'total: 6'"
    assert "check passed total: below_limit: 6 of 100" in done.out
    assert project.daglab("materialize").steps == []


def test_edit_of_a_function_remakes_what_it_touches(project: Project) -> None:
    with_module(project)
    project.daglab("materialize")
    with_module(project, MODULE.replace('f"total: {total}"', 'f"in all: {total}"'))
    assert project.daglab("materialize").steps == ["report"]
    assert project.load("report") == "'in all: 6'"


def test_check_that_blocks_stops_what_comes_after_until_it_passes(project: Project) -> None:
    with_module(project, MODULE.replace("LIMIT = 100", "LIMIT = 5"))
    first = project.daglab("materialize").without_traceback()
    assert (first.code, first.steps) == (1, ["orders", "total", "total_below_limit"])
    assert "check failed total: below_limit [ERROR]: 6 of 5\n" in first.out
    assert "skipped report: The blocking check 'total_below_limit' did not pass.\n" in first.out
    second = project.daglab("materialize")
    assert (second.code, second.steps) == (1, ["total_below_limit"])
    with_module(project)
    third = project.daglab("materialize")
    assert (third.code, third.steps) == (0, ["total_below_limit", "report"])


def test_output_for_programs_is_free_of_what_code_prints(project: Project) -> None:
    with_module(project)
    done = project.daglab("materialize", "--json")
    assert done.out.startswith("{") and done.out.endswith("}\n")
    assert "the module was imported\n" in done.err
    [log] = (project.home / "runs").glob("*/worker-1.log")
    assert "from a child process\n" in log.read_text()
    assert project.daglab("assets", "--json").out.startswith("[")


def test_module_and_notebook_share_one_graph(project: Project) -> None:
    with_module(project)
    project.notebook("%%asset\nhalf = total / 2")
    assert project.daglab("materialize", "half", "-j", "2").steps == ["orders", "total", "total_below_limit", "half"]
    assert project.load("half") == "3.0"


def test_asset_that_two_modules_know_is_one_asset(project: Project) -> None:
    with_module(project)
    (project.root / "pyproject.toml").write_text('[tool.daglab]\nlocations = ["flows", "more"]\n')
    (project.root / "more.py").write_text(
        "from daglab import asset\nfrom flows import orders\n@asset\ndef copy(orders): return orders\n"
    )
    assert project.daglab("materialize", "copy").steps == ["orders", "copy"]


def test_module_that_cannot_be_imported_costs_only_itself(project: Project) -> None:
    with_module(project, "import nowhere\n")
    project.notebook("%%asset\na = 1")
    done = project.daglab("materialize")
    assert (done.code, done.steps) == (1, ["a"])
    assert done.err.startswith("error: flows: it cannot be imported:\n  File ")
    assert done.err.endswith("ModuleNotFoundError: No module named 'nowhere'\n")
    assert "not everything could be read: flows: " in project.daglab("asset", "show", "nothing").refused()


def test_functions_in_cells_are_assets(project: Project) -> None:
    cells = (
        "import daglab\nfrom daglab import asset, asset_check",
        "FACTOR = 3\ndef scaled(value): return value * FACTOR",
        "@asset\ndef base():\n    return 2",
        "@asset(group_name='late')\ndef scaled_base(base):\n    return scaled(base)",
        "@asset_check(asset=scaled_base)\ndef large(scaled_base):\n    return scaled_base > 5",
    )
    project.notebook(*cells)
    done = project.materialize()
    assert (done.code, done.steps) == (0, ["base", "scaled_base", "scaled_base_large"])
    assert project.load("scaled_base") == "6"
    project.notebook(cells[0], cells[1].replace("3", "1"), *cells[2:])
    again = project.materialize("-j", "2")
    assert (again.code, sorted(again.steps)) == (1, ["scaled_base", "scaled_base_large"])
    assert "check failed scaled_base: large [ERROR]\n" in again.out


def test_check_cells_pass_fail_and_block(project: Project) -> None:
    cells = (
        "%%asset\nrows = [1, 2, -3]",
        "%%check rows positive --severity WARN\nall(row > 0 for row in rows)",
        "%%check rows\nassert len(rows) == 3, 'three rows are expected'",
        "%%asset\ncount = len(rows)",
    )
    project.notebook(*cells)
    warned = project.materialize()
    assert warned.code == 0
    assert "check failed rows: positive [WARN]" in warned.out
    project.notebook("%%asset\nrows = [1, 2]", *cells[1:])
    failed = project.materialize()
    assert failed.code == 1
    assert "[ERROR]: three rows are expected" in failed.out
    assert project.load("count") == "2"
    project.notebook("%%asset\nrows = []", "%%check rows not_empty --blocking\nlen(rows) > 0", cells[3])
    blocked = project.materialize()
    assert (blocked.code, blocked.steps) == (1, ["rows", "rows_not_empty"])
    [rows, count] = project.json("assets", "-f", "pipeline.ipynb")
    assert [(one["name"], one["passed"], one["blocking"]) for one in rows["checks"]] == [("not_empty", False, True)]
    assert count["status"] == "stale"
