"""Following a graph, with files and a real store."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from daglab.errors import StoreUnavailableError
from daglab.orchestration.instance import Instance
from daglab.records.events import Event, EventType, LogLine
from daglab.records.runs import Run, RunStatus
from daglab.views.shapes import Problem
from daglab.widget import watching
from daglab.widget.source import FilesSource
from daglab.widget.watching import Watcher


class Notes:
    """What a watcher tells."""

    def __init__(self) -> None:
        self.graphs: list[dict[str, Any]] = []
        self.problems: list[Problem] = []
        self.alive: list[float] = []

    def note_alive(self) -> None:
        self.alive.append(time.monotonic())

    def until(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 10
        while not is_so():
            assert time.monotonic() < deadline, (self.graphs, self.problems)
            time.sleep(0.02)


def write(path: Path, source: str) -> None:
    path.write_text(f"# %%\n{source}\n")


@pytest.fixture
def source(tmp_path: Path) -> FilesSource:
    write(tmp_path / "nights.py", "x = 1")
    return FilesSource(Instance.open(tmp_path / ".daglab", start=tmp_path), tmp_path / "nights.py")


def test_a_file_that_is_saved_is_told(source: FilesSource, tmp_path: Path) -> None:
    notes = Notes()
    watcher = Watcher(source, notes.graphs.append, notes.problems.append, notes.note_alive)
    watcher.start()
    notes.until(lambda: len(notes.graphs) == 1)
    write(tmp_path / "nights.py", "%%asset\nnights = [1]")
    notes.until(lambda: len(notes.graphs) == 2)
    assert [one["key"] for one in notes.graphs[1]["assets"]] == ["nights"]
    time.sleep(0.4)
    assert len(notes.graphs) == 2
    watcher.stop()
    notes.until(lambda: all(one.name != "daglab-graph" for one in threading.enumerate()))
    source.instance.close()


def test_what_changes_nothing_that_is_shown_is_not_told(source: FilesSource) -> None:
    store, now = source.instance.store, datetime.now(UTC)
    run = Run(
        run_id="r",
        job="assets",
        status=RunStatus.QUEUED,
        location="nights.py",
        target="nights",
        launched_by="python",
        created_at=now,
    )
    store.create_run(run)
    notes = Notes()
    watcher = Watcher(source, notes.graphs.append, notes.problems.append, notes.note_alive)
    watcher.start()
    notes.until(lambda: len(notes.graphs) == 1)
    store.append([Event(run_id="r", type=EventType.LOG, at=now, payload=LogLine(text="hello"))])
    time.sleep(0.5)
    assert (len(notes.graphs), notes.problems) == (1, [])
    watcher.stop()
    notes.until(lambda: all(one.name != "daglab-graph" for one in threading.enumerate()))
    source.instance.close()


def test_a_store_that_cannot_be_read_is_told_once_and_asked_again(
    source: FilesSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "PATIENCE_SECONDS", 0.3)
    counter = source.instance.store.change_counter
    is_locked = True

    def locked_at_first() -> tuple[int, int]:
        if is_locked:
            raise StoreUnavailableError("the store is locked", hint="wait")
        return counter()

    monkeypatch.setattr(source.instance.store, "change_counter", locked_at_first)
    notes = Notes()
    watcher = Watcher(source, notes.graphs.append, notes.problems.append, notes.note_alive)
    watcher.start()
    notes.until(lambda: len(notes.problems) == 1)
    time.sleep(0.5)
    assert (notes.problems, notes.graphs) == ([Problem(title="the store is locked", detail="", hint="wait")], [])
    is_locked = False
    notes.until(lambda: len(notes.graphs) == 1)
    watcher.stop()
    notes.until(lambda: all(one.name != "daglab-graph" for one in threading.enumerate()))
    source.instance.close()


def test_it_tells_that_it_is_alive_without_looking(source: FilesSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "ALIVE_SECONDS", 0.1)
    monkeypatch.setattr(watching, "INTERVAL_SECONDS", 60.0)
    monkeypatch.setattr(source.instance.store, "change_counter", lambda: pytest.fail("it looked"))
    notes = Notes()
    watcher = Watcher(source, notes.graphs.append, notes.problems.append, notes.note_alive)
    watcher.start()
    notes.until(lambda: len(notes.alive) == 4)
    assert notes.alive[3] - notes.alive[0] == pytest.approx(0.3, abs=0.15)
    assert (notes.graphs, notes.problems) == ([], [])
    watcher.stop()
    notes.until(lambda: all(one.name != "daglab-graph" for one in threading.enumerate()))
    source.instance.close()
