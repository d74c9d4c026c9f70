"""Notebooks are analyzed once for as long as what they say, and what they read elsewhere, is the same."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from daglab.notebooks.known_keys import KeyNames
from daglab.orchestration.index_files import IndexFiles
from daglab.orchestration.location_specs import LocationSpec, workspace_specs
from daglab.orchestration.locations import load_workspace
from daglab.orchestration.notebook_index import NotebookIndex


def write(folder: Path, name: str, *cells: str) -> LocationSpec:
    entries = [{"cell_type": "code", "id": f"c{n}", "source": text, "metadata": {}} for n, text in enumerate(cells)]
    path = folder / f"{name}.ipynb"
    path.write_text(json.dumps({"cells": entries, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}))
    return LocationSpec(name=path.name, path=path)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    place = tmp_path / ".daglab"
    place.mkdir()
    return place


def index(home: Path) -> NotebookIndex:
    return NotebookIndex(IndexFiles(home))


def keys(spec: LocationSpec, by: NotebookIndex) -> set[str]:
    return set(by.look(spec).keys)


def test_same_file_is_analyzed_once(tmp_path: Path, calls_of: Callable[[Callable[[], object]], int]) -> None:
    spec, by = write(tmp_path, "n", *(f"%%asset\na{n} = {n}" for n in range(50))), NotebookIndex()
    first = calls_of(lambda: by.look(spec))
    assert calls_of(lambda: by.look(spec)) < first / 20


def test_change_of_one_notebook_costs_one_analysis(
    tmp_path: Path, calls_of: Callable[[Callable[[], object]], int]
) -> None:
    specs = [write(tmp_path, f"n{n}", *(f"%%asset\na{n}_{c} = {c}" for c in range(20))) for n in range(30)]
    by = NotebookIndex()
    cold = calls_of(lambda: load_workspace(specs, index=by))
    again = calls_of(lambda: load_workspace(specs, index=by))
    write(tmp_path, "n7", *(f"%%asset\na7_{c} = {c} + 1" for c in range(20)))
    changed = calls_of(lambda: load_workspace(specs, index=by))
    assert changed - again < (cold - again) / 10


def test_work_for_one_notebook_does_not_grow_with_the_workspace(
    tmp_path: Path, calls_of: Callable[[Callable[[], object]], int]
) -> None:
    def cost(count: int) -> float:
        folder = tmp_path / str(count)
        folder.mkdir()
        write(folder, "n0", "%%asset\na0 = 1")
        for n in range(1, count):
            write(folder, f"n{n}", f"%%asset\na{n} = a{n - 1} + 1")
        specs = workspace_specs(["*.ipynb"], folder)
        return calls_of(lambda: load_workspace(specs)) / count

    assert cost(200) < cost(20) * 1.5


def test_edit_in_the_same_tick_of_the_clock_is_seen(tmp_path: Path, home: Path) -> None:
    spec = write(tmp_path, "n", "%%asset\naa = 1")
    assert spec.path is not None
    stamp = time.time()
    os.utime(spec.path, (stamp, stamp))
    assert keys(spec, index(home)) == {"aa"}
    by = index(home)
    by.look(spec)
    by.save()
    text = spec.path.read_text().replace("aa", "bb")
    with open(spec.path, "r+") as file:  # in place: the same inode, the same size
        file.write(text)
    os.utime(spec.path, (stamp, stamp))
    assert keys(spec, by) == {"bb"}
    assert keys(spec, index(home)) == {"bb"}


def test_what_one_process_found_out_another_one_uses(
    tmp_path: Path, home: Path, calls_of: Callable[[Callable[[], object]], int]
) -> None:
    specs = [write(tmp_path, f"n{n}", *(f"%%asset\na{n}_{c} = {c}" for c in range(20))) for n in range(10)]
    cold = calls_of(lambda: [index(home).look(spec) for spec in specs])
    load_workspace(specs, index=index(home))
    assert calls_of(lambda: [index(home).look(spec) for spec in specs]) < cold / 4
    assert load_workspace(specs, index=index(home)).graph.order == load_workspace(specs).graph.order


def test_other_notebooks_decide_what_a_name_means(tmp_path: Path, home: Path) -> None:
    reader = write(tmp_path, "reader", "%%asset\nb = a + 1")
    by = index(home)
    assert "nothing defines 'a'" in str(load_workspace([reader], index=by).errors)
    maker = write(tmp_path, "maker", "%%asset --key-prefix raw\na = 1")
    assert load_workspace([reader, maker], index=by).graph.parents == {"raw/a": (), "b": ("raw/a",)}
    write(tmp_path, "maker", "%%asset --key-prefix new\na = 1")
    assert load_workspace([reader, maker], index=by).graph.parents == {"new/a": (), "b": ("new/a",)}
    assert load_workspace([reader, maker], index=index(home)).graph.parents == {"new/a": (), "b": ("new/a",)}


def test_message_suggests_what_other_notebooks_have(tmp_path: Path) -> None:
    reader = write(tmp_path, "reader", "%%asset\nb = ordres + 1")
    maker = write(tmp_path, "maker", "%%asset\norders = 1")
    assert "did you mean 'orders'" in str(load_workspace([reader, maker]).errors[0])


@pytest.mark.parametrize("damage", [b"", b"daglab-pickle-1 nonsense", bytes(range(256)) * 40])
def test_damaged_entries_are_made_again(tmp_path: Path, home: Path, damage: bytes) -> None:
    spec = write(tmp_path, "n", "%%asset\na = 1")
    load_workspace([spec], index=index(home))
    [entry] = (home / "index").iterdir()
    whole = entry.read_bytes()
    for content in (damage, whole[: len(whole) // 2], whole[:-1] + b"x"):
        entry.write_bytes(content)
        assert load_workspace([spec], index=index(home)).graph.order == ("a",)
    assert entry.read_bytes().startswith(b"daglab-pickle-1 ")


def test_entry_of_a_stranger_is_not_unpickled(tmp_path: Path, home: Path) -> None:
    spec = write(tmp_path, "n", "%%asset\na = 1")
    load_workspace([spec], index=index(home))
    (home / "secret.key").write_text("00" * 32 + "\n")
    assert IndexFiles(home).read(str(spec.path)) is None
    assert load_workspace([spec], index=index(home)).graph.order == ("a",)


def test_home_that_does_not_exist_is_not_made(tmp_path: Path) -> None:
    spec = write(tmp_path, "n", "%%asset\na = 1")
    load_workspace([spec], index=index(tmp_path / "no-home"))
    assert not (tmp_path / "no-home").exists()


def test_many_threads_with_one_folder(tmp_path: Path, home: Path) -> None:
    specs = [write(tmp_path, f"n{n}", f"%%asset\na{n} = {n}") for n in range(20)]
    found: list[tuple[str, ...]] = []

    def load() -> None:
        found.append(load_workspace(specs, index=index(home)).graph.order)

    threads = [threading.Thread(target=load) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert found == [tuple(f"a{n}" for n in range(20))] * 6


def test_modules_that_cells_import_count_although_cells_are_not_analyzed_again(tmp_path: Path, home: Path) -> None:
    module = tmp_path / "indexed_helpers.py"
    module.write_text("def twice(x):\n    return 2 * x\n")
    spec = write(tmp_path, "n", "from indexed_helpers import twice", "%%asset\na = twice(1)", "%%asset\nb = 1")
    by = index(home)
    first = load_workspace([spec], index=by)
    module.write_text("def twice(x):\n    return x + x\n")
    assert not first.is_current
    for known in (by, index(home)):
        versions = load_workspace([spec], index=known).graph.code_versions
        assert (versions["a"] == first.graph.code_versions["a"], versions["b"]) == (
            False,
            first.graph.code_versions["b"],
        )


def test_who_only_reads_leaves_nothing(tmp_path: Path, home: Path) -> None:
    specs = [write(tmp_path, "n", "%%asset\na = 1")]
    load_workspace(specs, index=index(home))
    (home / "secret.key").unlink()
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    specs.append(write(tmp_path, "other", "%%asset\nb = a"))
    reading = NotebookIndex(IndexFiles(home, is_read_only=True))
    assert load_workspace(specs, index=reading).graph.order == ("a", "b")
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before


def test_entries_of_notebooks_that_are_gone_are_swept(home: Path) -> None:
    files = IndexFiles(home)
    for n in range(250):
        files.write(f"n{n}", n)
    files.sweep(["n1"])
    assert (files.read("n1"), files.read("n2")) == (1, None)


def test_last_good_version_outlives_the_process(tmp_path: Path, home: Path) -> None:
    spec = write(tmp_path, "n", "%%asset\na = 1")
    assert spec.path is not None
    load_workspace([spec], index=index(home))
    spec.path.write_text("{")
    look = index(home).look(spec)
    assert (look.analysis, look.keys) == (None, {"a"})
    assert look.problem.startswith("not valid JSON")
    spec.path.unlink()
    assert index(home).look(spec).keys == frozenset()


def test_name_that_is_a_key_goes_before_those_that_end_with_it() -> None:
    names = KeyNames(["raw/orders", "orders", "old/orders"])
    assert names.named("orders", hidden=frozenset()) == ("orders",)
    assert names.named("orders", hidden=frozenset({"orders"})) == ("old/orders", "raw/orders")
