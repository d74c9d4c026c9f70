from __future__ import annotations

from pathlib import Path

import pytest

from daglab.errors import InvalidInvocationError
from daglab.notebooks.document import Cell
from daglab.orchestration.home import find_home, project_of
from daglab.orchestration.location_specs import LocationSpec, notebook_spec, workspace_specs
from daglab.orchestration.requests import MaterializeRequest


def places(start: Path, **more: Path) -> tuple[Path, Path]:
    found = find_home(start, **more)
    return found.path, found.root


def test_home_is_here_where_there_is_no_project(tmp_path: Path) -> None:
    assert places(tmp_path) == (tmp_path / ".daglab", tmp_path)


def test_home_is_in_the_nearest_project_upward(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text("[tool.daglab]\n")
    (tmp_path / "a" / "pyproject.toml").write_text("[project]\nname = 'daglab-user'\n")
    assert places(deep) == (tmp_path / ".daglab", tmp_path)


def test_folder_that_has_a_home_is_a_project(tmp_path: Path) -> None:
    (tmp_path / ".daglab").mkdir()
    (tmp_path / "a").mkdir()
    assert places(tmp_path / "a") == (tmp_path / ".daglab", tmp_path)


def test_environment_names_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGLAB_HOME", str(tmp_path / "elsewhere"))
    assert places(tmp_path) == (tmp_path / "elsewhere", tmp_path)
    assert places(tmp_path, home=tmp_path / "given") == (tmp_path / "given", tmp_path)


def test_kernel_below_a_server_takes_its_home_where_there_is_no_nearer_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = tmp_path / "served"
    (served / "loose").mkdir(parents=True)
    (served / "project").mkdir()
    (served / "project" / "pyproject.toml").write_text("[tool.daglab]\n")
    monkeypatch.setenv("DAGLAB_SERVER_HOME", str(served / ".daglab"))
    assert places(served / "loose") == (served / ".daglab", served)
    assert places(served / "project") == (served / "project" / ".daglab", served / "project")
    assert places(tmp_path) == (tmp_path / ".daglab", tmp_path)


def test_file_belongs_to_the_project_of_the_folder_if_that_holds_it_else_to_its_own(tmp_path: Path) -> None:
    here, there, loose = tmp_path / "here", tmp_path / "there", tmp_path / "loose"
    for folder in (here, there):
        (folder / "notebooks" / ".daglab").mkdir(parents=True)
        (folder / "pyproject.toml").write_text("[tool.daglab]\n")
    loose.mkdir()
    assert project_of(here, here / "notebooks" / "a.ipynb") == here
    assert project_of(here, there / "a.ipynb") == there
    assert project_of(loose, there / "a.ipynb") == there
    assert project_of(here, loose / "a.ipynb") == here
    assert project_of(tmp_path, loose / "a.ipynb") == tmp_path


def test_storage_may_lie_in_the_project(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.daglab]\nstorage = 'values'\n")
    found = find_home(tmp_path)
    assert (found.storage, found.store_url) == (tmp_path / "values", f"sqlite:///{tmp_path / '.daglab' / 'store.db'}")


def test_workspace_is_what_its_patterns_match_each_once_and_no_checkpoints(tmp_path: Path) -> None:
    for name in ("b.ipynb", "a.ipynb", ".ipynb_checkpoints/a-checkpoint.ipynb"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    specs = workspace_specs(["a.ipynb", "*.ipynb", "**/*.ipynb", "flows.more"], tmp_path)
    assert [(one.name, one.path) for one in specs] == [
        ("a.ipynb", tmp_path / "a.ipynb"), ("b.ipynb", tmp_path / "b.ipynb"), ("flows.more", None)
    ]  # fmt: skip


@pytest.mark.parametrize("entry", ["../x.ipynb", "/etc/*.ipynb"])
def test_location_outside_of_the_project_is_refused(tmp_path: Path, entry: str) -> None:
    with pytest.raises(InvalidInvocationError, match="leads out of the project"):
        workspace_specs([entry], tmp_path)


def test_request_comes_back_from_json(tmp_path: Path) -> None:
    cell = Cell(id="x", position=1, kind="code", source="%%asset\na = 1")
    request = MaterializeRequest(
        locations=(
            notebook_spec(tmp_path / "ü.ipynb", tmp_path),
            LocationSpec(name="flows"),
            LocationSpec(name="open.ipynb", path=tmp_path / "open.ipynb", cells=(cell,)),
        ),
        selection="a or b", force=True, processes=3, launched_by="lab", parent_run_id="r",
    )  # fmt: skip
    assert MaterializeRequest.from_json(request.to_json()) == request
    assert (request.place, request.target) == ("3 locations", "a or b, fresh or not")


def test_repeated_request_reads_what_the_file_holds_now(tmp_path: Path) -> None:
    cell = Cell(id="x", position=1, kind="code", source="a = 1")
    (tmp_path / "saved.ipynb").write_text("")
    saved = LocationSpec(name="saved.ipynb", path=tmp_path / "saved.ipynb", cells=(cell,))
    unsaved = LocationSpec(name="new.ipynb", path=tmp_path / "new.ipynb", cells=(cell,))
    again = MaterializeRequest(locations=(saved, unsaved)).repeated("r", selection="a")
    assert [one.cells for one in again.locations] == [None, (cell,)]
    assert (again.parent_run_id, again.selection) == ("r", "a")
