"""A run store that costs nothing until somebody asks it: what happens before is kept in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from daglab.records.events import Event
from daglab.records.runs import Run

if TYPE_CHECKING:
    from daglab.run_store.store import RunStore


class LateStore:
    """Keeps runs and their events in memory, and hands them to the real store when that is first asked for.

    Args:
        open_store: opens the real one.
    """

    def __init__(self, open_store: Callable[[], RunStore]) -> None:
        self._open_store = open_store
        self._lock = threading.RLock()
        self._store: RunStore | None = None
        self._pending: list[Run | Event] = []
        self._writers: dict[str, Any] = {}

    @property
    def has_runs(self) -> bool:
        """Whether anything happened yet."""
        return self._store is not None or bool(self._pending)

    def real(self) -> RunStore:
        """The real store, with all that has happened."""
        with self._lock:
            if self._store is None:
                store = self._open_store()
                pending, self._pending = self._pending, []
                for one in pending:
                    self._pass_on(store, one)
                self._store = store
            for writer in self._writers.values():
                writer.flush()
            return self._store

    def create_run(self, run: Run) -> None:
        """Notes a new run."""
        self._take(run)

    def sink(self, run_id: str) -> LateSink:
        """Takes the events of a run."""
        return LateSink(self, run_id)

    def append(self, event: Event) -> None:
        """Notes an event."""
        self._take(event)

    def end_run(self, run_id: str) -> None:
        """Nothing more will come of a run."""
        with self._lock:
            writer = self._writers.pop(run_id, None)
            if writer is not None:
                writer.close()

    def close(self) -> None:
        """Closes the real store, if it was ever opened."""
        with self._lock:
            for run_id in list(self._writers):
                self.end_run(run_id)
            if self._store is not None:
                self._store.close()
                self._store = None

    def _take(self, one: Run | Event) -> None:
        with self._lock:
            if self._store is None:
                self._pending.append(one)
            else:
                self._pass_on(self._store, one)

    def _pass_on(self, store: RunStore, one: Run | Event) -> None:
        if isinstance(one, Run):
            store.create_run(one)
            return
        writer = self._writers.get(one.run_id)
        if writer is None:
            writer = self._writers[one.run_id] = store.writer(one.run_id)
        writer.append(one)


class LateSink:
    """Takes the events of one run.

    Args:
        store: where they go.
        run_id: the run.
    """

    def __init__(self, store: LateStore, run_id: str) -> None:
        self._store = store
        self._run_id = run_id

    def append(self, event: Event) -> None:
        """Keeps an event."""
        self._store.append(event)

    def flush(self) -> None:
        """Memory is all the safety that an ephemeral run gets."""

    def __enter__(self) -> LateSink:
        return self

    def __exit__(self, *_: object) -> None:
        self._store.end_run(self._run_id)
