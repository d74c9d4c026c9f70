"""A debugger for the code of steps, which talks to the user and not to the run's log."""

from __future__ import annotations

import os
import sys
from pdb import Pdb
from types import FrameType
from typing import IO, Any

from daglab.errors import InvariantViolationError
from daglab.foundation.terminal import TERMINAL_VARIABLE


class StepDebugger(Pdb):
    """Stops in the code of a step: at the terminal from which the run was started, or in the notebook.

    Example:
        >>> StepDebugger(terminal=os.devnull).prompt
        '(Pdb) '
    """

    def __init__(self, terminal: str | None = None) -> None:
        self._terminal = terminal or os.environ.get(TERMINAL_VARIABLE)
        source, target = self._streams()
        # Ctrl-C belongs to the run.
        super().__init__(stdin=source, stdout=target, nosigint=True)
        self.use_rawinput = source is None
        self.prompt = "(Pdb) "

    def set_trace(self, frame: FrameType | None = None, **more: Any) -> None:
        """Stops here.

        Raises:
            InvariantViolationError: there is nobody to talk to.
        """
        if self._terminal is None and getattr(sys.stdin, "name", "") == os.devnull:
            raise InvariantViolationError(
                "context.pdb was asked to stop in a process without a terminal",
                hint="start the run from a terminal, or let its steps run in one process: in_process_executor, or -j 0",
            )
        super().set_trace(frame or sys._getframe().f_back, **more)

    def _streams(self) -> tuple[IO[str] | None, IO[str]]:
        """Where commands come from, None for `input`, and where answers go."""
        if self._terminal is not None:
            number = os.open(self._terminal, os.O_RDWR | getattr(os, "O_NOCTTY", 0))
            return open(number, encoding="utf-8", closefd=False), open(number, "w", encoding="utf-8", closefd=False)
        target = sys.stdout
        while (earlier := getattr(target, "earlier", None)) is not None:
            target = earlier  # what the run's log takes of it
        is_kernel = "ipykernel" in sys.modules and type(target).__module__.startswith("ipykernel")
        return (None if is_kernel else sys.stdin), target
