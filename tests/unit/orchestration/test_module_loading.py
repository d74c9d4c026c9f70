"""Modules as locations are loaded again once they are edited, whoever else in the process has imported them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from daglab.orchestration.location_specs import LocationSpec, notebook_spec
from daglab.orchestration.locations import LoadedWorkspace, load_workspace
from daglab.orchestration.notebook_index import NotebookIndex

ASSET = "from daglab import asset\n\n@asset\ndef {name}():\n    return {value}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


class Loading:
    """One index, as a process that lives long has it."""

    def __init__(self, *specs: LocationSpec, is_kernel: bool) -> None:
        self._specs = specs
        self._is_kernel = is_kernel
        self._index = NotebookIndex()

    def again(self) -> LoadedWorkspace:
        return load_workspace(self._specs, index=self._index, is_kernel=self._is_kernel)


@pytest.mark.parametrize("is_kernel", [True, False])
def test_edits_of_the_same_size_at_once_are_seen(folder: Path, is_kernel: bool) -> None:
    path = folder / "edited_assets.py"
    loading = Loading(LocationSpec(name="edited_assets"), is_kernel=is_kernel)
    for number in range(4):
        path.write_text(ASSET.format(name=f"made_{number}", value=number))
        assert loading.again().graph.order == (f"made_{number}",)


@pytest.mark.parametrize("is_kernel", [True, False])
def test_python_file_without_cells_is_loaded_again(folder: Path, is_kernel: bool) -> None:
    path = folder / "plain_assets.py"
    loading = Loading(notebook_spec(path, folder), is_kernel=is_kernel)
    for number in range(3):
        path.write_text(ASSET.format(name=f"made_{number}", value=number))
        workspace = loading.again()
        assert workspace.graph.order == (f"made_{number}",)
    path.write_text(ASSET.format(name="made_9", value=9))
    assert not workspace.is_current


def test_definitions_that_modules_share_stay_one_where_a_kernel_keeps_older_modules(folder: Path) -> None:
    first, second = folder / "shared_first.py", folder / "shared_second.py"
    first.write_text(ASSET.format(name="shared", value=1))
    second.write_text("from shared_first import shared\n")
    kept = importlib.import_module("shared_first")
    loading = Loading(LocationSpec(name="shared_first"), LocationSpec(name="shared_second"), is_kernel=True)
    loading.again()
    for path, text in (
        (first, ASSET.format(name="shared", value=2)),
        (second, "from shared_first import shared\nother = 1\n"),
        (second, "from shared_first import shared\nother = 1 / 0\n"),
        (second, "from shared_first import shared\n"),
    ):
        path.write_text(text)
        workspace = loading.again()
        assert workspace.graph.order == ("shared",)
        assert len(workspace.errors) == ("/ 0" in text)
        assert sys.modules["shared_first"] is kept


def test_module_that_could_never_be_imported_is_seen_once_it_is_mended(folder: Path) -> None:
    (folder / "mended_low.py").write_text("K = 1 / 0\n")
    (folder / "mended_high.py").write_text("from mended_low import K\n" + ASSET.format(name="mended", value="K"))
    loading = Loading(LocationSpec(name="mended_high"), is_kernel=True)
    broken = loading.again()
    assert (len(broken.errors), broken.graph.order) == (1, ())
    assert str(folder / "mended_low.py") in broken.stamps
    (folder / "mended_low.py").write_text("K = 1\n")
    assert not broken.is_current
    assert loading.again().graph.order == ("mended",)


def test_what_a_broken_module_declared_stays_known(folder: Path) -> None:
    path = folder / "broken_assets.py"
    path.write_text(ASSET.format(name="lost", value=1))
    loading = Loading(LocationSpec(name="broken_assets"), is_kernel=True)
    loading.again()
    path.write_text("1 / 0\n")
    workspace = loading.again()
    assert "the last good version of broken_assets has it" in workspace.refused["lost"].message
    path.write_text(ASSET.format(name="lost", value=2))
    assert loading.again().graph.order == ("lost",)
