"""A program that a step has started: what it prints goes where the step prints, and it ends no later than the step."""

from __future__ import annotations

import codecs
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import IO, TextIO

_PATIENCE_SECONDS = 5.0
_OWN_GROUP = 0 if os.name == "posix" else None


class ChildProcess:
    """A running program, in a process group of its own, so that what it starts is interrupted with it.

    Args:
        command: the program and its arguments.
        cwd: the folder in which it runs.
        env: its environment.
        forward_stdio: passes on what it prints; else that is lost.
    """

    def __init__(
        self, command: str | Sequence[str], *, cwd: str | None, env: Mapping[str, str], forward_stdio: bool
    ) -> None:
        target = subprocess.PIPE if forward_stdio else subprocess.DEVNULL
        self._process = subprocess.Popen(
            command, cwd=cwd, env=env, stdout=target, stderr=target, process_group=_OWN_GROUP
        )
        self._printed = [
            _Printed(source, goal)
            for source, goal in ((self._process.stdout, sys.stdout), (self._process.stderr, sys.stderr))
            if source is not None
        ]

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def wait(self, timeout: float | None = None) -> int:
        """Gives its exit code once it has ended.

        Raises:
            subprocess.TimeoutExpired: that took too long.
        """
        code: int = self._process.wait(timeout)
        return code

    def finish_output(self) -> bool:
        """Waits until all that it printed is passed on; False where something that it left behind could still print."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        ended = [one.finish(deadline) for one in self._printed]
        return all(ended)

    def interrupt(self, patience: float) -> bool:
        """Asks it to end, as Ctrl-C does, and makes it after so many seconds; False where it had to be made."""
        self._send(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            return False
        finally:
            self.kill()
        return True

    def kill(self) -> None:
        """Ends it, and what it has started in its group, at once."""
        self._send(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
        self._process.wait()

    @contextmanager
    def ended_with_us(self) -> Iterator[None]:
        """Meanwhile, a signal that ends this process ends the program first."""
        numbers = [signal.SIGTERM, signal.SIGHUP] if os.name == "posix" else []
        if threading.current_thread() is not threading.main_thread():
            numbers = []  # Python takes signals in its main thread alone.
        ours = [one for one in numbers if signal.getsignal(one) is signal.SIG_DFL]
        for one in ours:
            signal.signal(one, self._end_both)
        try:
            yield
        finally:
            for one in ours:
                signal.signal(one, signal.SIG_DFL)

    def _end_both(self, number: int, _frame: FrameType | None) -> None:
        self._send(signal.SIGKILL)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def _send(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.name == "posix":
                os.killpg(self._process.pid, number)
            else:
                self._process.terminate()


class _Printed:
    """Passes on what a program prints to one of its streams, from a thread."""

    def __init__(self, source: IO[bytes], goal: TextIO) -> None:
        self._source = source
        self._goal = goal
        self._is_over = False
        self._thread = threading.Thread(target=self._pass_on, name="pipes-printed", daemon=True)
        self._thread.start()

    def finish(self, deadline: float) -> bool:
        # The end comes when nobody holds the other end; a process that the program left behind may do so for ever.
        self._thread.join(max(0.0, deadline - time.monotonic()))
        self._is_over = True
        return not self._thread.is_alive()

    def _pass_on(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        with self._source:
            while piece := os.read(self._source.fileno(), 65536):
                self._write(decoder.decode(piece))
            self._write(decoder.decode(b"", final=True))

    def _write(self, text: str) -> None:
        # Read on even when nobody listens any more: a full pipe would hold up whoever writes to it.
        if text and not self._is_over:
            self._goal.write(text)
            self._goal.flush()
