from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from daglab.foundation.noted_imports import (
    LoadedSources,
    NotedModules,
    current_modules,
    note_imports,
    note_loaded,
    noted_files,
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    before = set(sys.modules)
    note_imports()
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def text_of(path: Path) -> str | None:
    return LoadedSources().read(str(path)).text


def test_the_text_that_was_loaded_counts_until_it_is_loaded_again(folder: Path) -> None:
    path = folder / "noted_one.py"
    path.write_text("K = 1\n")
    assert text_of(path) == "K = 1\n"
    module = importlib.import_module("noted_one")
    path.write_text("K = 2\n")
    assert (text_of(path), module.K) == ("K = 1\n", 1)
    importlib.reload(module)
    assert (text_of(path), module.K) == ("K = 2\n", 2)


def test_edits_of_the_same_size_at_once_are_loaded(folder: Path) -> None:
    for number in range(5):
        (folder / "noted_two.py").write_text(f"K = {number}\n")
        sys.modules.pop("noted_two", None)
        assert number == importlib.import_module("noted_two").K


def test_compiled_code_is_used_where_it_is_surely_of_this_text(folder: Path) -> None:
    path = folder / "noted_old.py"
    path.write_text("K = 1\n")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    importlib.import_module("noted_old")
    [compiled] = (folder / "__pycache__").glob("noted_old.*.pyc")
    written = compiled.stat().st_mtime_ns
    del sys.modules["noted_old"]
    assert importlib.import_module("noted_old").K == 1
    assert compiled.stat().st_mtime_ns == written
    path.write_text("K = 2\n")
    del sys.modules["noted_old"]
    assert importlib.import_module("noted_old").K == 2


def test_edited_modules_are_loaded_again_with_those_that_use_them(folder: Path) -> None:
    (folder / "noted_low.py").write_text("K = 1\n")
    (folder / "noted_high.py").write_text("from noted_low import K\n")
    high = importlib.import_module("noted_high")
    with current_modules(restore=True):
        assert importlib.import_module("noted_high") is high
    (folder / "noted_low.py").write_text("K = 2\n")
    with current_modules(restore=True):
        assert importlib.import_module("noted_high").K == 2
    assert sys.modules["noted_high"] is high
    assert high.K == 1
    with current_modules(restore=False):
        pass
    assert importlib.import_module("noted_high").K == 2


def test_module_that_was_loaded_before_anybody_took_note_is_unsure(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "noted_early.py"
    path.write_text("K = 1\n")
    with monkeypatch.context() as earlier:
        earlier.setattr(sys, "meta_path", [one for one in sys.meta_path if type(one).__name__ != "_NotedFinder"])
        importlib.import_module("noted_early")
    sources = LoadedSources()
    sources.read(str(path))
    assert sources.unsure == {str(path)}


def test_what_was_loaded_again_serves_until_it_is_edited_too(folder: Path) -> None:
    path = folder / "noted_kept.py"
    path.write_text("K = 1\n")
    (folder / "noted_user.py").write_text("import noted_kept\n")
    first = importlib.import_module("noted_user")
    current: NotedModules = {}
    seen = []
    for text in ("K = 2\n", "K = 2\n", "K = 3\n"):
        path.write_text(text)
        with current_modules(restore=True, current=current):
            seen.append(importlib.import_module("noted_user"))
        assert sys.modules["noted_user"] is first
    assert [one.noted_kept.K for one in (first, *seen)] == [1, 2, 2, 3]
    assert seen[0] is seen[1]


def test_module_that_was_loaded_before_anybody_took_note_is_loaded_again_once_it_is_edited(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "noted_before.py"
    path.write_text("K = 1\n")
    with monkeypatch.context() as earlier:
        earlier.setattr(sys, "meta_path", [one for one in sys.meta_path if type(one).__name__ != "_NotedFinder"])
        module = importlib.import_module("noted_before")
    note_loaded(str(folder))
    with current_modules(restore=True):
        assert importlib.import_module("noted_before") is module
    path.write_text("K = 2\n")
    with current_modules(restore=True):
        assert importlib.import_module("noted_before").K == 2
    assert sys.modules["noted_before"] is module


def test_files_of_modules_that_cannot_be_loaded_are_known(folder: Path) -> None:
    (folder / "noted_broken.py").write_text("1 / 0\n")
    with pytest.raises(ZeroDivisionError):
        importlib.import_module("noted_broken")
    assert str(folder / "noted_broken.py") in noted_files()


def test_a_second_note_changes_nothing(folder: Path) -> None:
    before = list(sys.meta_path)
    note_imports()
    assert sys.meta_path == before
