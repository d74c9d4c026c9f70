"""What a step prints goes to the run's log."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LIMIT = 1_000_000
_CHUNK = 8_000


@contextmanager
def captured_output(emit: Callable[[str, str], None], *, limit: int = LIMIT) -> Iterator[None]:
    """Sends what is printed meanwhile to `emit(stream, text)`, whole lines at a time.

    Args:
        emit: called from whichever thread prints.
        limit: characters a stream; what comes after is dropped, and one line says so.
    """
    earlier = sys.stdout, sys.stderr
    streams = _LineStream("stdout", emit, limit), _LineStream("stderr", emit, limit)
    sys.stdout, sys.stderr = streams
    try:
        yield
    finally:
        sys.stdout, sys.stderr = earlier
        for stream in streams:
            stream.finish()


class _LineStream(io.TextIOBase):
    def __init__(self, name: str, emit: Callable[[str, str], None], limit: int) -> None:
        super().__init__()
        self._name = name
        self._emit = emit
        self._left = limit
        self._pending: list[str] = []
        self._pending_size = 0
        self._lock = threading.Lock()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        with self._lock:
            self._pending.append(text)
            self._pending_size += len(text)
            if "\n" in text or self._pending_size > _CHUNK:
                self._pass_on(whole_lines=self._pending_size <= _CHUNK)
        return len(text)

    def flush(self) -> None:
        """Lines go out when they end; half a line waits for its other half."""

    def close(self) -> None:
        """User code that closes its standard output must not close anybody else's."""

    def finish(self) -> None:
        with self._lock:
            self._pass_on(whole_lines=False)

    def _pass_on(self, *, whole_lines: bool) -> None:
        text = "".join(self._pending)
        cut = text.rfind("\n") + 1 if whole_lines else len(text)
        ready, rest = text[:cut], text[cut:]
        self._pending, self._pending_size = ([rest] if rest else []), len(rest)
        if not ready or self._left <= 0:
            return
        if len(ready) > self._left:
            ready = ready[: self._left] + "\n… more was printed than is kept; the rest is left out\n"
            self._left = 0
        else:
            self._left -= len(ready)
        self._emit(self._name, ready.rstrip("\n"))
