"""How long a run may take, as its tags say.

`MAX_RUNTIME_SECONDS_TAG` is the tag; a run that takes longer than so many seconds is ended as failed.
"dagster/max_runtime" means the same.

Example:
    >>> MAX_RUNTIME_SECONDS_TAG
    'daglab/max_runtime'
"""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import signal
import threading
from collections.abc import Mapping
from types import FrameType
from typing import Any, Self

from daglab.errors import InvalidInvocationError
from daglab.records.failure import Failure

MAX_RUNTIME_SECONDS_TAG = "daglab/max_runtime"
_TAGS = (MAX_RUNTIME_SECONDS_TAG, "dagster/max_runtime", "dagster/max_runtime_seconds")
_AGAIN_SECONDS = 5.0
TIMED_OUT = "RunTimedOut"


class RuntimeLimit:
    """Ends a run that takes too long: interrupts the thread that drives it, and says why.

    Code that sleeps or waits on the main thread is interrupted at once. Compiled code that holds on, and code on other
    threads, is when it next comes back to Python. Steps in worker processes are killed if they do not end themselves.

    Args:
        tags: of the run.

    Raises:
        InvalidInvocationError: the tag says something else than how many seconds.
    """

    def __init__(self, tags: Mapping[str, str]) -> None:
        self._tag = next((one for one in _TAGS if one in tags), "")
        self._seconds = _seconds(self._tag, tags[self._tag]) if self._tag else None
        self._lock = threading.Lock()
        self._settled = threading.Event()
        self._is_over = False
        self._is_pending = False

    @property
    def failure(self) -> Failure | None:
        """What makes the run a failed one; None while there is time left."""
        if not self._is_over:
            return None
        return Failure(
            kind=TIMED_OUT,
            message=f"the run took longer than the {self._seconds:g} seconds that its tag {self._tag!r} allows",
            hint="give it more time there; what it made until then is kept",
        )

    def settle(self) -> None:
        """Interrupts nobody any more: the steps are over."""
        with self._lock:
            self._settled.set()

    def __enter__(self) -> Self:
        self._thread = threading.get_ident()
        self._is_main = threading.current_thread() is threading.main_thread()
        if self._seconds is not None:
            if self._is_main:
                self._earlier = signal.signal(signal.SIGINT, self._take_interrupt)
            threading.Thread(target=self._watch, name="daglab-runtime-limit", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(KeyboardInterrupt):
            self.settle()
        if self._seconds is not None and self._is_main and signal.getsignal(signal.SIGINT) == self._take_interrupt:
            signal.signal(signal.SIGINT, self._earlier)

    def _watch(self) -> None:
        wait = self._seconds
        while not self._settled.wait(wait):
            with self._lock:
                if not self._settled.is_set():
                    self._is_over = True
                    self._interrupt()
            wait = _AGAIN_SECONDS  # Code may have caught what interrupted it.

    def _interrupt(self) -> None:
        if not self._is_main:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(self._thread), ctypes.py_object(KeyboardInterrupt)
            )
            return
        self._is_pending = True
        if os.name == "posix":
            signal.pthread_kill(self._thread, signal.SIGINT)  # Ends a sleep, which a flag alone would not.
        else:
            signal.raise_signal(signal.SIGINT)

    def _take_interrupt(self, number: int, frame: FrameType | None) -> Any:
        """Tells an interrupt of ours, which nothing may ignore, from others."""
        if self._is_pending:
            self._is_pending = False
            raise KeyboardInterrupt
        return self._earlier(number, frame) if callable(self._earlier) else None


def _seconds(tag: str, text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not (math.isfinite(seconds) and seconds > 0):
        raise InvalidInvocationError(
            f"the tag {tag!r} is {text!r}, which is no positive number", hint="give the seconds, like '600'"
        )
    return min(seconds, threading.TIMEOUT_MAX)
