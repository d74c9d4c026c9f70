"""Ctrl-C, noticed even where user code catches it."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Self


class Interrupts:
    """Whether somebody has pressed Ctrl-C since the block was entered, be it that user code caught it."""

    def __init__(self) -> None:
        self._was_interrupted = False

    def __enter__(self) -> Self:
        self._earlier = signal.getsignal(signal.SIGINT)
        if self._takes_signals():
            signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        if self._takes_signals():
            signal.signal(signal.SIGINT, self._earlier)

    def __call__(self) -> bool:
        """Whether it was pressed."""
        return self._was_interrupted

    def _takes_signals(self) -> bool:
        return threading.current_thread() is threading.main_thread() and self._earlier is signal.default_int_handler

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        self._was_interrupted = True
        signal.default_int_handler(number, frame)
