"""Reads messages that come in chunks, where a file cannot be followed: from a bucket, from a mounted drive."""

from __future__ import annotations

import json
import sys
import time
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from threading import Event, Thread

from daglab.errors import InvalidInvocationError
from daglab.execution.pipes.handler import PipesLaunchedData, PipesMessageHandler, PipesMessageReader
from daglab.execution.pipes.log_reader import PipesLogReader
from daglab.external.protocol import PipesOpenedData, PipesParams

LATE_CHUNK_SECONDS = 10.0
LATE_LOG_SECONDS = 60.0
_LATE_PAUSE_SECONDS = 0.5


class PipesBlobStoreMessageReader(PipesMessageReader):
    """Reads messages that come in chunks, numbered from 1; a subclass knows where they are.

    When the process has ended, chunks that are late are waited for, for ten seconds.

    Args:
        interval: seconds between two looks.
        log_readers: read what the process prints, once it has opened its context.

    Example:
        >>> from contextlib import contextmanager
        >>> class FromDict(PipesBlobStoreMessageReader):
        ...     chunks = {}
        ...
        ...     @contextmanager
        ...     def get_params(self):
        ...         yield {"name": "chunks"}
        ...
        ...     def messages_are_readable(self, params):
        ...         return True
        ...
        ...     def download_messages_chunk(self, index, params):
        ...         return self.chunks.get(index)
        ...
        ...     def no_messages_debug_text(self):
        ...         return "messages were expected in a dictionary"
        >>> FromDict(interval=1).counter
        1
    """

    def __init__(self, interval: float = 10, log_readers: Sequence[PipesLogReader] | None = None) -> None:
        wrong = [one for one in log_readers or () if not isinstance(one, PipesLogReader)]
        if wrong:
            raise InvalidInvocationError(f"{wrong[0]!r:.200} is no log reader", hint="give a PipesLogReader")
        self.interval = interval
        self.log_readers = {str(number): reader for number, reader in enumerate(log_readers or ())}
        self.counter = 1
        self.opened_payload: PipesOpenedData | None = None
        self.launched_payload: PipesLaunchedData | None = None

    @abstractmethod
    def get_params(self) -> AbstractContextManager[PipesParams]:
        """Gives what the process needs to know in order to write where this reads, for as long as the block lasts."""

    @abstractmethod
    def messages_are_readable(self, params: PipesParams) -> bool:
        """Whether there is somewhere to read from by now.

        Args:
            params: what `get_params` gave, and what `PipesSession.report_launched` was told.
        """

    @abstractmethod
    def download_messages_chunk(self, index: int, params: PipesParams) -> str | None:
        """Reads a chunk, one message a line; None where it is not there yet.

        Args:
            index: its number.
            params: as for `messages_are_readable`.
        """

    def on_opened(self, opened_payload: PipesOpenedData) -> None:
        """Keeps what the process says of itself."""
        self.opened_payload = opened_payload

    def on_launched(self, launched_payload: PipesLaunchedData) -> None:
        """Keeps what is known of the process since it was started."""
        self.launched_payload = launched_payload

    def add_log_reader(self, log_reader: PipesLogReader) -> None:
        """Adds a reader of what the process prints, where that is only known once it was started."""
        self.log_readers[str(len(self.log_readers))] = log_reader

    @contextmanager
    def read_messages(self, handler: PipesMessageHandler) -> Iterator[PipesParams]:
        """Looks for chunks in a thread, and for what is printed in another one."""
        with self.get_params() as params:
            is_over = Event()
            threads = [
                Thread(target=work, args=(handler, params, is_over), name=name, daemon=True)
                for work, name in ((self._read_chunks, "pipes-messages"), (self._read_logs, "pipes-logs"))
            ]
            for thread in threads:
                thread.start()
            try:
                yield params
            finally:
                is_over.set()
                for thread in threads:
                    thread.join()

    def _read_chunks(self, handler: PipesMessageHandler, params: PipesParams, is_over: Event) -> None:
        patience = _Patience(is_over, pause=self.interval, late=LATE_CHUNK_SECONDS)
        is_readable = False
        try:
            while not handler.received_closed_message:
                params = {**params, **dict(self.launched_payload or {})}
                is_readable = is_readable or self.messages_are_readable(params)
                chunk = self.download_messages_chunk(self.counter, params) if is_readable else None
                if chunk:
                    self._take(handler, chunk)
                    self.counter += 1
                elif not patience.wait():
                    break
            if not is_readable:
                handler.report_pipes_framework_exception(
                    f"{type(self).__name__} found nothing to read messages from",
                    (TimeoutError, TimeoutError(self.no_messages_debug_text()), None),
                )
        except Exception:
            handler.report_pipes_framework_exception("messages can no longer be read", sys.exc_info())

    def _take(self, handler: PipesMessageHandler, chunk: str) -> None:
        for number, line in enumerate(chunk.splitlines(), 1):
            if not line.strip():
                continue
            try:
                handler.handle_message(json.loads(line))
            except Exception:
                origin = f"message {number} of chunk {self.counter}, {line!r:.200}, is left out"
                handler.report_pipes_framework_exception(origin, sys.exc_info())

    def _read_logs(self, handler: PipesMessageHandler, params: PipesParams, is_over: Event) -> None:
        patience = _Patience(is_over, pause=_LATE_PAUSE_SECONDS, late=LATE_LOG_SECONDS)
        started: set[str] = set()
        try:
            while True:
                was_over = is_over.is_set()
                params = {**params, **dict(self.opened_payload or {})}
                for key, reader in list(self.log_readers.items()):
                    if key not in started and reader.target_is_readable(params):
                        started.add(key)
                        reader.start(params, is_over)
                missing = self.log_readers.keys() - started
                if (was_over and not missing) or not patience.wait():
                    break
            for key in sorted(missing):
                reader = self.log_readers[key]
                told = reader.with_debug_info(f"nothing to read came within {LATE_LOG_SECONDS:g} seconds")
                handler.report_pipes_framework_exception(reader.name, (TimeoutError, TimeoutError(told), None))
        except Exception:
            handler.report_pipes_framework_exception("what is printed can no longer be read", sys.exc_info())
        finally:
            for key in started:
                if self.log_readers[key].is_running():
                    self.log_readers[key].stop()


class _Patience:
    """Waits between two looks; when all is over, only for what may be late."""

    def __init__(self, is_over: Event, *, pause: float, late: float) -> None:
        self._is_over = is_over
        self._pause = pause
        self._late = late
        self._over_since: float | None = None

    def wait(self) -> bool:
        """Waits; False where nothing is to be waited for any more."""
        if not self._is_over.wait(0 if self._over_since else self._pause):
            return True
        now = time.monotonic()
        if self._over_since is None:
            self._over_since = now
            return True  # What was there when it was over is looked for once more, at once.
        time.sleep(_LATE_PAUSE_SECONDS)
        return now - self._over_since < self._late
