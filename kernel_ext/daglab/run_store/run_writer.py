"""The writer of a run's events."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Self

from daglab.errors import InvalidInvocationError, RunStoreError, StoreUnavailableError
from daglab.foundation.clock import Clock, SystemClock, to_micros
from daglab.records.events import Event
from daglab.run_store.database import Database
from daglab.run_store.event_log import Batch, load_progress
from daglab.run_store.projection import RunProgress
from daglab.run_store.run_table import set_heartbeat

GROUP_SECONDS = 0.03
HEARTBEAT_SECONDS = 2.0
_RETRY_AFTER = (0.1, 0.5, 1.0, 2.0)


class RunWriter:
    """Takes a run's events from any thread and commits them in groups, in a thread of its own.

    While it is open, the run's heartbeat is kept up. The end of a `with` block closes it.

    Args:
        database: where to.
        run_id: the run; nobody else writes events of its steps meanwhile.
    """

    def __init__(self, database: Database, run_id: str, *, clock: Clock | None = None) -> None:
        self.run_id = run_id
        self._database = database
        self._clock = clock or SystemClock()
        self._changed = threading.Condition()
        self._pending: deque[Event] = deque()
        self._idle = False  # whether the thread waits for a first event
        self._taken = 0  # how many events were appended until the last group
        self._committed = 0
        self._hurry = False
        self._closing = False
        self._failure: RunStoreError | None = None
        self._progress: RunProgress | None = None
        self._thread = threading.Thread(target=self._work, name=f"daglab-writer-{run_id[:8]}", daemon=True)
        self._thread.start()

    def append(self, event: Event) -> None:
        """Hands over an event; it is committed within some tens of milliseconds.

        Raises:
            RunStoreError: the writer could not commit what came before, and has given up.
        """
        if event.run_id != self.run_id:
            raise InvalidInvocationError(
                f"the writer of run {self.run_id!r} was given an event of run {event.run_id!r}"
            )
        self._check()
        # No lock: a deque takes items from any thread, and a thread that goes idle looks at it once more.
        self._pending.append(event)
        if self._idle:
            with self._changed:
                self._idle = False
                self._changed.notify_all()
        if self._closing:
            self._check()

    def flush(self) -> None:
        """Returns once all that was appended so far is committed.

        Raises:
            RunStoreError: it cannot be, and the writer has given up.
        """
        with self._changed:
            self._check()
            goal = self._taken + len(self._pending)
            self._hurry = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._committed >= goal or self._failure is not None)
            if self._committed < goal:
                self._check()

    def close(self) -> None:
        """Commits what is left and ends; further calls do nothing.

        Raises:
            RunStoreError: what is left cannot be committed.
        """
        with self._changed:
            if self._closing:
                return
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def abandon(self) -> None:
        """Marks it unusable: it belongs to the process from which this one was forked."""
        hint = "only the process that opened it appends events"
        self._changed = threading.Condition()
        self._failure = StoreUnavailableError(f"the writer of run {self.run_id!r} did not survive a fork", hint=hint)
        self._closing = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure
        if self._closing:
            raise InvalidInvocationError(f"the writer of run {self.run_id!r} is closed")

    def _work(self) -> None:
        try:
            while True:
                group, last = self._next_group()
                if group:
                    self._commit(group)
                elif not last:
                    self._beat()
                if last:
                    return
        except RunStoreError as error:
            self._fail(error)
        except Exception as error:  # a defect of ours must reach whoever waits for the commit
            failure = RunStoreError(f"the events of run {self.run_id!r} could not be stored: {error!r}")
            failure.__cause__ = error
            self._fail(failure)

    def _next_group(self) -> tuple[list[Event], bool]:
        """Waits for events and for their turn; no events where a heartbeat is due, and whether these are the last."""
        started = time.monotonic()
        with self._changed:
            self._idle = True
            self._changed.wait_for(lambda: self._pending or self._closing, timeout=HEARTBEAT_SECONDS)
            self._idle = False
            turn = started + GROUP_SECONDS - time.monotonic()
            self._changed.wait_for(lambda: self._hurry or self._closing or not self._pending, timeout=turn)
            last = self._closing
            group = [self._pending.popleft() for _ in range(len(self._pending))]
            self._taken += len(group)
            self._hurry = False
            return group, last

    def _commit(self, group: list[Event]) -> None:
        batch: Batch | None = None
        for delay in (*_RETRY_AFTER, None):
            try:
                with self._database.write() as connection:
                    if self._progress is None:
                        self._progress = load_progress(connection, self.run_id)
                    if batch is None:
                        batch = Batch(self._progress, group)
                    batch.write(connection, heartbeat_at=to_micros(self._clock.now()))
                break
            except StoreUnavailableError:
                if delay is None:
                    raise
                time.sleep(delay)
        with self._changed:
            self._committed += len(group)
            self._changed.notify_all()

    def _beat(self) -> None:
        try:
            with self._database.write() as connection:
                set_heartbeat(connection, self.run_id, to_micros(self._clock.now()))
        except StoreUnavailableError:
            pass  # nothing is lost; the next one may come through, and events try harder

    def _fail(self, failure: RunStoreError) -> None:
        with self._changed:
            self._failure = failure
            self._changed.notify_all()
