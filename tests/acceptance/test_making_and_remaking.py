"""What a run makes, and what it leaves alone."""

from __future__ import annotations

from project import Project

HELPERS = """\
RATE = 2

def double(values):
    return [value * RATE for value in values]

def shout(text):
    return text.upper()
"""
CELLS = (
    HELPERS,
    "%%asset\norders = [3, 1, 2]",
    "%%asset\ndoubled = double(orders)",
    "%%asset\nlargest = max(doubled)",
    "%%asset\nheadline = shout('orders')",
)
ALL = ["orders", "doubled", "largest", "headline"]


def with_cell(number: int, text: str, cells: tuple[str, ...] = CELLS) -> tuple[str, ...]:
    return tuple(text if place == number else cell for place, cell in enumerate(cells, 1))


def test_first_run_makes_everything_in_order(project: Project) -> None:
    project.notebook(*CELLS)
    done = project.materialize()
    assert (done.code, done.steps, done.err) == (0, ALL, "")
    assert project.load("largest") == "6"
    assert project.load("headline") == "'ORDERS'"
    assert project.statuses() == dict.fromkeys(ALL, "fresh")


def test_the_order_is_that_of_need_not_of_the_cells(project: Project) -> None:
    project.notebook("%%asset\nlate = early + 1", "%%asset\nearly = 1")
    assert project.materialize().steps == ["early", "late"]
    assert project.load("late") == "2"


def test_second_run_does_nothing_and_says_so(project: Project) -> None:
    project.notebook(*CELLS)
    project.materialize()
    done = project.materialize()
    assert (done.code, done.out) == (0, "All 4 assets are fresh; nothing to do. (--all makes them again.)\n")
    assert len(project.runs()) == 1


def test_all_makes_everything_again(project: Project) -> None:
    project.notebook(*CELLS)
    project.materialize()
    done = project.materialize("--all")
    assert (done.code, done.steps) == (0, ALL)


def test_edit_of_a_helper_remakes_exactly_what_the_helper_touches(project: Project) -> None:
    project.notebook(*CELLS)
    project.materialize()
    project.notebook(*with_cell(1, HELPERS.replace("RATE = 2", "RATE = 5")))
    assert project.statuses() == {**dict.fromkeys(ALL, "fresh"), "doubled": "stale", "largest": "stale"}
    done = project.materialize()
    assert (done.code, done.steps) == (0, ["doubled", "largest"])
    assert project.load("largest") == "15"


def test_edit_of_a_comment_or_of_the_layout_remakes_nothing(project: Project) -> None:
    project.notebook(*CELLS)
    project.materialize()
    project.notebook(*with_cell(1, "# how much\n" + HELPERS.replace("RATE = 2", "RATE   =   2  # twice")))
    done = project.materialize()
    assert (done.code, done.steps) == (0, [])


def test_equal_bytes_upstream_leave_what_is_downstream_untouched(project: Project) -> None:
    project.notebook(*CELLS)
    project.materialize()
    project.notebook(*with_cell(2, "%%asset\norders = sorted([3, 1, 2], key=[3, 1, 2].index)"))
    done = project.materialize()
    assert (done.code, done.steps) == (0, ["orders"])
    assert "skipped doubled  Its inputs came out as they were; it is still fresh." in done.out
    assert done.last_line.startswith("1 asset made, 3 already fresh in ")
    assert project.statuses() == dict.fromkeys(ALL, "fresh")
    assert project.materialize().steps == []


def test_deleted_file_is_missing_and_made_again(project: Project) -> None:
    project.notebook(*CELLS)
    project.materialize()
    [stored] = (project.home / "storage" / "doubled").iterdir()
    stored.unlink()
    assert project.statuses() == {**dict.fromkeys(ALL, "fresh"), "doubled": "missing", "largest": "stale"}
    done = project.materialize()
    assert (done.code, done.steps) == (0, ["doubled"])
    assert project.statuses() == dict.fromkeys(ALL, "fresh")


def test_selection_makes_what_it_names_and_what_that_lacks(project: Project) -> None:
    project.notebook(*CELLS)
    assert project.materialize("doubled").steps == ["orders", "doubled"]
    assert project.statuses() == {
        "orders": "fresh", "doubled": "fresh", "largest": "never", "headline": "never"
    }  # fmt: skip


def test_selections_reach_up_and_down_and_combine(project: Project) -> None:
    project.notebook(*with_cell(5, "%%asset --group words --kinds text\nheadline = shout('orders')"))
    assert project.materialize("+largest").steps == ["orders", "doubled", "largest"]
    assert project.materialize("orders+", "--all").steps == ["orders", "doubled", "largest"]
    assert project.materialize("group:words", "--all").steps == ["headline"]
    assert project.materialize("* and not kind:text", "--all").steps == ["orders", "doubled", "largest"]
    assert project.materialize("orders", "headline", "--all").steps == ["orders", "headline"]


def test_two_processes_make_the_same_values(project: Project) -> None:
    cells = (
        "import os\ndef here(): return os.path.basename(os.getcwd())",
        "%%asset\nleft = {'a': [1, 2]}",
        "%%asset\nright = (1, 'two')",
        "%%asset\nboth = {**left, 'right': right, 'where': here()}",
    )
    project.notebook(*cells, name="notebooks/one.ipynb")
    one = project.materialize(name="notebooks/one.ipynb")
    alone = [project.load(key) for key in ("left", "right", "both")]
    files = project.stored_files()
    two = project.materialize("--all", "--processes", "2", name="notebooks/one.ipynb")
    assert (one.code, two.code) == (0, 0), two
    assert [project.load(key) for key in ("left", "right", "both")] == alone
    assert project.stored_files() == files
    assert alone[2] == "{'a': [1, 2], 'right': (1, 'two'), 'where': 'notebooks'}"


def test_a_step_changes_nothing_for_the_others(project: Project) -> None:
    project.notebook(
        "%%asset\nnumbers = [1, 2, 3]",
        "%%asset\nbroken = numbers.clear() or len(numbers)",
        "%%asset\nwhole = len(numbers)",
    )
    project.materialize()
    assert (project.load("broken"), project.load("whole"), project.load("numbers")) == ("0", "3", "[1, 2, 3]")


def test_file_of_a_workspace_is_found_through_its_settings(project: Project) -> None:
    (project.root / "pyproject.toml").write_text('[tool.daglab]\nlocations = ["flows/*.ipynb"]\n')
    project.notebook("%%asset\nraw = 20", name="flows/a.ipynb")
    project.notebook("%%asset\ncooked = raw + 1", name="flows/b.ipynb")
    done = project.daglab("materialize")
    assert (done.code, done.steps) == (0, ["raw", "cooked"])
    assert project.load("cooked") == "21"
    assert project.daglab("materialize", cwd=project.root / "flows").steps == []


def test_empty_notebook_says_how_to_begin(project: Project) -> None:
    project.notebook("x = 1")
    done = project.materialize()
    assert (done.code, done.out) == (0, "There are no assets here: start a cell with %%asset.\n")


def test_check_that_failed_is_not_forgotten(project: Project) -> None:
    project.notebook("%%asset\ncb = 1", "%%check cb\ncb > 5")
    first = project.materialize()
    again = project.materialize()
    assert (first.code, again.code) == (1, 1)
    told = "check failed cb: check [ERROR]: cb > 5 is false"
    assert told in first.out and told in again.out
    assert "its check 'check' failed" in project.daglab("assets", "-f", "pipeline.ipynb").out
    project.notebook("%%asset\ncb = 1", "%%check cb\ncb > 0")
    assert (project.materialize().code, project.materialize().code) == (0, 0)
