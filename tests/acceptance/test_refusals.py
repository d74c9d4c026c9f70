"""What cannot be: one clear message that names the place, exit code 2, and nothing done."""

from __future__ import annotations

import os

import pytest
from project import Project


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"this is no json", "not valid JSON: Expecting value at line 1, column 1"),
        (b"", "the file is empty"),
        (b"[1, 2]", "JSON, but no notebook"),
        (b"\xff\xfe\x00", "not UTF-8 text"),
    ],
    ids=["no json", "empty", "no notebook", "no text"],
)
@pytest.mark.parametrize("command", ["materialize", "assets", "graph"])
def test_file_that_is_no_notebook(project: Project, content: bytes, problem: str, command: str) -> None:
    (project.root / "pipeline.ipynb").write_bytes(content)
    done = project.daglab(command, "-f", "pipeline.ipynb").without_traceback()
    assert done.code != 0
    [line] = [one for one in done.err.splitlines() if one.startswith("error: ")]
    assert line.startswith(f"error: pipeline.ipynb: {problem}")
    assert project.stored_files() == []


def test_folder_instead_of_a_notebook(project: Project) -> None:
    (project.root / "pipeline.ipynb").mkdir()
    assert project.materialize().refused().startswith("error: pipeline.ipynb: is a directory, not a notebook\n")


def test_file_that_is_neither_a_notebook_nor_python(project: Project) -> None:
    (project.root / "pyproject.toml").write_text("[tool.daglab]\n")
    told = "error: pyproject.toml: is neither a notebook nor a Python file\n  → name an .ipynb or a .py file\n"
    assert project.materialize(name="pyproject.toml").refused() == told


def test_command_that_is_misspelt(project: Project) -> None:
    assert "there is no command 'materialise'; did you mean 'materialize'?" in project.daglab("materialise").refused()


@pytest.mark.parametrize("command", [("graph", "-f"), ("analyze",), ("promote",)])
def test_output_that_cannot_be_written(project: Project, command: tuple[str, ...]) -> None:
    project.notebook("a = [1]", "b = a + [2]")
    (project.root / "file").touch()
    done = project.daglab(*command, "pipeline.ipynb", "-o", "file/x").without_traceback()
    assert (done.code, done.out) == (2, ""), done
    assert done.err.startswith("error: file/x cannot be written: "), done


def test_resource_that_nothing_defines(project: Project) -> None:
    project.notebook("%%asset a --io nowhere\na = 1")
    assert "→ give it in resources={'nowhere': ...}; there are: none\n" in project.materialize().out


def test_job_where_there_is_none(project: Project) -> None:
    project.notebook("x = 1")
    told = "error: there are no jobs here\n  → write a function with @job, or define_asset_job(...)\n"
    assert project.daglab("job", "execute").refused() == told


def test_asset_that_is_like_no_other(project: Project) -> None:
    project.notebook("%%asset orders\norders = 1")
    told = "error: there is no asset 'xyz'\n  → `daglab assets` lists what there is\n"
    assert project.daglab("asset", "show", "xyz").refused() == told


def test_cell_that_does_not_bind_what_it_names(project: Project) -> None:
    project.notebook("%%asset orders\nx = 1")
    told = "it binds x; assign to 'orders', or name what it makes there\n"
    assert project.materialize().refused().endswith(told)


def test_missing_file(project: Project) -> None:
    assert project.materialize().refused() == "error: pipeline.ipynb: no such file\n  → check the path\n"


def test_workspace_without_a_notebook(project: Project) -> None:
    message = project.daglab("materialize").refused()
    assert message == (
        f"error: there is no notebook in {project.root} (*.ipynb, notebooks/*.ipynb)\n  → name one with -f FILE\n"
    )


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("%%asset\na = 1", "%%asset\nb = (1 +\n2"), "pipeline.ipynb, cell 2, line 2: invalid syntax: '(' was never"),
        (("x = 1", "def f(:\n    pass", "%%asset\na = 1"), "pipeline.ipynb, cell 2, line 1: invalid syntax"),
        (
            ("%%asset\norders = [1]", "%%asset\ntotal = sum(ordres)"),
            "pipeline.ipynb, cell 2, line 2: nothing defines 'ordres'; did you mean 'orders'",
        ),
        (
            ("%%asset\na = b + 1", "%%asset\nb = a + 1"),
            "pipeline.ipynb, cell 1: these assets need each other: a → b → a",
        ),
        (
            ("%%asset a\na = 1", "x = 2", "%%asset a\na = 3"),
            "pipeline.ipynb, cell 1: the asset 'a' is made by cells 1 and 3",
        ),
        (("%%asset a --colour red\na = 1",), "pipeline.ipynb, cell 1, line 1: %%asset: there is no option '--colour'"),
        (("%%asset a --grup raw\na = 1",), "  → did you mean '--group'?"),
        (
            ("%%asset\na = 1", "%%check aa\na > 0"),
            "pipeline.ipynb, cell 2: there is no asset 'aa' to check; did you mean 'a'?",
        ),
        (("%%asset\nx, y = 1, 2",), "pipeline.ipynb, cell 1: it may mean any of x, y; write %%asset NAME"),
    ],
    ids=["syntax", "syntax of a plain cell", "unknown dependency", "cycle", "defined twice", "unknown option",
         "mistyped option", "check of nothing", "ambiguous name"],
)  # fmt: skip
def test_cell_that_cannot_be_used(project: Project, cells: tuple[str, ...], expected: str) -> None:
    project.notebook(*cells)
    message = project.materialize().refused()
    assert expected in message
    assert message.count(expected) == 1
    assert project.stored_files() == []
    assert project.runs() == []


def test_broken_cell_costs_only_what_needs_it(project: Project) -> None:
    project.notebook("%%asset\na = 1", "%%asset\nb = (", "%%asset\nc = a + 1", "%%asset\nd = b")
    assert project.materialize("c").steps == ["a", "c"]
    message = project.materialize("d").refused()
    assert message == (
        "error: asset 'd' (pipeline.ipynb, cell 4) cannot be used: "
        "nothing defines 'b'; cell 2 names it, but cannot be used as it is\n"
    )


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ("ordres", "error: 'ordres' names no asset here\n  → did you mean 'orders'?\n"),
        ("group:none", "error: 'group:none' names no asset here\n  → there are: default\n"),
        ("orders and", "error: selection 'orders and': it ends too early\n"),
        ("(orders", "error: selection '(orders': it ends too early\n"),
        ("orders)", "error: selection 'orders)': ')' is not expected here\n"),
        ('"orders', "error: selection '\"orders': '\"orders' cannot be read\n"),
        (
            "colour:red",
            "error: selection 'colour:red': nothing can be chosen by 'colour'; "
            "key, key_substring, group, kind, owner, tag, is, partitions\n",
        ),
    ],
)
def test_selection_that_means_nothing(project: Project, selection: str, expected: str) -> None:
    project.notebook("%%asset\norders = 1")
    assert project.materialize(selection).refused().startswith(expected)


def test_settings_list_all_their_problems(project: Project) -> None:
    file = project.root / "pyproject.toml"
    file.write_text('[tool.daglab]\nlocation = ["a"]\nprocesses = 0\ndurability = "hope"\n')
    place = f"in [tool.daglab] of {file}"
    assert project.daglab("assets").refused().splitlines() == [
        f'error: durability {place} is \'hope\'; it should be "process" or "power"',
        f"location {place}: there is no such setting; did you mean 'locations'?",
        f"processes {place} is 0; it should be a whole number from 1",
    ]


def test_settings_that_are_no_toml(project: Project) -> None:
    (project.root / "pyproject.toml").write_text("[tool.daglab\n")
    assert project.daglab("assets").refused().startswith(f"error: {project.root / 'pyproject.toml'} cannot be read: ")


def test_environment_variable_that_is_no_number(project: Project) -> None:
    project.notebook("%%asset\na = 1")
    assert project.materialize(env={"DAGLAB_PROCESSES": "abc"}).refused() == (
        "error: the environment variable DAGLAB_PROCESSES is 'abc'; it should be a whole number from 1\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "show", "nothing"),
        ("run", "resume", "nothing"),
        ("run", "cancel", "nothing"),
        ("logs", "nothing"),
    ],
    ids=" ".join,
)
def test_run_that_does_not_exist(project: Project, arguments: tuple[str, ...]) -> None:
    assert project.daglab(*arguments).refused() == (
        "error: no run has an id that begins with 'nothing'\n  → `daglab runs` lists them\n"
    )


def test_asset_that_does_not_exist(project: Project) -> None:
    project.notebook("%%asset\norders = 1")
    assert project.daglab("asset", "show", "ordres").refused() == (
        "error: there is no asset 'ordres'\n  → did you mean 'orders'?\n"
    )


@pytest.mark.parametrize(
    "arguments", [("frob",), ("materialize", "--frob"), ("graph", "--format", "gif"), ("materialize", "-j", "0")]
)
def test_command_line_that_means_nothing(project: Project, arguments: tuple[str, ...]) -> None:
    assert "Error: " in project.daglab(*arguments).refused()


def test_home_that_is_a_file(project: Project) -> None:
    project.notebook("%%asset\na = 1")
    (project.root / "taken").write_text("")
    message = project.materialize(env={"DAGLAB_HOME": str(project.root / "taken")}).refused()
    assert str(project.root / "taken") in message


def test_notebook_in_a_folder_without_a_home_makes_one_there(project: Project) -> None:
    project.notebook("%%asset\na = 1")
    project.materialize()
    assert sorted(os.listdir(project.root)) == [".daglab", "pipeline.ipynb"]
    assert (project.home / ".gitignore").read_text() == "*\n"


def test_broken_notebook_of_a_workspace_costs_only_itself_and_what_needs_it(project: Project) -> None:
    (project.root / "pyproject.toml").write_text('[tool.daglab]\nlocations = ["*.ipynb"]\n')
    project.notebook("%%asset\ngood = 1", "%%asset\nbetter = good + 1", name="good.ipynb")
    project.notebook("%%asset\nbad = (1", "%%asset\nfine = 2", name="bad.ipynb")
    project.notebook("%%asset\nworse = bad + 1", name="worse.ipynb")
    done = project.daglab("materialize")
    assert (done.code, done.steps) == (1, ["good", "better"])
    assert "error: bad.ipynb, cell 1" in done.err
    again = project.daglab("materialize")
    assert (again.code, "All 2 assets are fresh" in again.out) == (1, True)
