"""What a step prints goes to the run's log."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

LIMIT = 1_000_000
_CHUNK = 8_000


@contextmanager
def captured_output(emit: Callable[[str, str], None], *, limit: int = LIMIT) -> Iterator[None]:
    """Sends what is printed meanwhile to `emit(stream, text)`, whole lines at a time.

    Where several blocks are open on several threads, each takes what its own thread prints; what threads print that
    belong to none of them goes to the block that was opened last.

    Args:
        emit: called from whichever thread prints.
        limit: characters a stream; what comes after is dropped, and one line says so.
    """
    streams = {name: _LineStream(name, emit, limit) for name in ("stdout", "stderr")}
    token = _OWN.set(streams)
    _SWITCH.open(streams)
    try:
        yield
    finally:
        _SWITCH.close(streams)
        _OWN.reset(token)
        for stream in streams.values():
            stream.finish()


@dataclass(eq=False)
class _Block:
    streams: Mapping[str, _LineStream]
    earlier: tuple[Any, Any]


class _Switch:
    """Puts streams in place of the standard ones while blocks are open; what each found there is put back in turn."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blocks: list[_Block] = []

    def open(self, streams: Mapping[str, _LineStream]) -> None:
        with self._lock:
            is_alone = not self._blocks
            self._blocks.append(_Block(streams, (sys.stdout, sys.stderr)))
            if is_alone:
                sys.stdout, sys.stderr = streams["stdout"], streams["stderr"]
            else:
                sys.stdout, sys.stderr = _ByThread("stdout", streams), _ByThread("stderr", streams)

    def close(self, streams: Mapping[str, _LineStream]) -> None:
        with self._lock:
            place = next(place for place, one in enumerate(self._blocks) if one.streams is streams)
            block = self._blocks.pop(place)
            if place == len(self._blocks):
                sys.stdout, sys.stderr = block.earlier
            else:
                self._blocks[place].earlier = block.earlier


_OWN: ContextVar[Mapping[str, _LineStream] | None] = ContextVar("daglab_captured_streams", default=None)
_SWITCH = _Switch()


class _LineStream(io.TextIOBase):
    def __init__(self, name: str, emit: Callable[[str, str], None], limit: int) -> None:
        super().__init__()
        self.earlier: Any = getattr(sys, name)
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


class _ByThread(io.TextIOBase):
    """Passes on what is printed to the stream of the block that the thread is in."""

    def __init__(self, name: str, last: Mapping[str, _LineStream]) -> None:
        super().__init__()
        self.earlier: Any = last[name].earlier
        self._name = name
        self._last = last

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        return (_OWN.get() or self._last)[self._name].write(text)

    def flush(self) -> None:
        """Lines go out when they end; half a line waits for its other half."""

    def close(self) -> None:
        """User code that closes its standard output must not close anybody else's."""
