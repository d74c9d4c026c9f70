"""What IPython calls before, in and after every cell."""

from __future__ import annotations

import builtins
import linecache
import sys
import time
from collections.abc import Iterator
from typing import Any

from IPython.display import display

from daglab.errors import InvalidInvocationError
from daglab.execution.ports import StepOutcome
from daglab.magics.cell_lookup import look_up
from daglab.magics.hand_run import HandRun
from daglab.magics.inputs import resolve_inputs
from daglab.magics.one_line import outcome_lines
from daglab.magics.session import KernelSession
from daglab.magics.slow_cells import SLOW_SECONDS, slow_cells
from daglab.notebooks.directive import split_directive

_NOT_FIRST = "%%asset and %%check work only as the first line of a cell that is run as a whole"


class CellHooks:
    """Follows the cells of one kernel; rewritten cells call it by the name `rewriting.HOOK`.

    Args:
        session: the kernel's.
    """

    # The name may mean something else in the user's namespace.
    AssertionError = builtins.AssertionError

    def __init__(self, session: KernelSession) -> None:
        self._session = session
        self._running: Any = None
        self._began = 0.0
        self._run: HandRun | None = None

    # Events of IPython

    def before_cell(self, info: Any) -> None:
        """Notes what is run. Code that is not from a cell of the notebook leaves no history, and is not noted."""
        if self._running is not None and self._session.is_busy and not info.store_history:
            return  # A cell magic such as %%capture runs the rest of its cell by itself.
        if self._run is not None and self._run.is_open:
            self._run.fail(None)  # IPython never said how that cell ended.
        if self._running is not None and self._session.current_key is not None:
            self._session.note_end(failed_line=0, never_ran=False)  # An interrupt came while it was about to say so.
        self._session.catch_up()
        self._session.is_busy = True
        self._running, self._run, self._session.current_key = info, None, None
        self._began = time.perf_counter()
        is_ours = split_directive(info.raw_cell)[0] is not None
        if info.store_history or is_ours:
            key = self._session.note_execution(info.raw_cell, _cell_id(info))
            self._session.current_key = key
            self._session.close_shown(key)

    def after_cell(self, result: Any) -> None:
        """Tells how the cell ended, if it did not reach its own end."""
        info = result.info if result is not None else self._running
        if self._running is None or info.raw_cell != self._running.raw_cell:
            return
        run, self._run = self._run, None
        self._note_end(result)
        seconds = time.perf_counter() - self._began
        self._session.note_seconds(info.raw_cell, seconds, slow=SLOW_SECONDS)
        self._running = self._session.current_key = None
        self._session.is_busy = False
        if run is not None and run.is_open:
            # An interrupted cell may leave no result at all.
            error = KeyboardInterrupt() if result is None else result.error_in_exec or result.error_before_exec
            run.fail(error)
        self._session.held.release(self._session.namespace)
        self._session.tell_listeners()

    def _note_end(self, result: Any) -> None:
        """Notes how far the cell came, and what it did to variables that nobody sees in its text."""
        if self._session.current_key is None:
            return
        error = None if result is None else result.error_in_exec
        never_ran = result is not None and result.error_before_exec is not None
        failed_line = _line_of(error) if error is not None else (0 if result is None else None)
        self._session.note_end(failed_line=failed_line, never_ran=never_ran)

    # Called by rewritten cells

    def begin(self, role: str) -> None:
        """Before the cell's own code: finds out what it makes, gives it its inputs, announces the run.

        Raises:
            CellError: the cell cannot be used.
            ValueStoreError: an input is not there.
            RunStoreError: the run cannot be recorded.
            BaseException: what the code of plain cells raises that this cell needs.
        """
        __tracebackhide__ = True  # IPython leaves such frames out of what the user is shown.
        key = self._session.current_key
        if self._running is None or key is None:
            raise InvalidInvocationError(
                _NOT_FIRST, hint="let the front end run it, or run_cell(..., store_history=True)"
            )
        if split_directive(self._running.raw_cell)[0] != role:
            raise InvalidInvocationError(_NOT_FIRST, hint="put the other cell magic on the second line")
        cell = look_up(self._session, key)
        inputs = resolve_inputs(self._session, cell.definition, cell.own_inputs)
        code_name = sys._getframe(1).f_code.co_filename
        _show_directive(code_name, self._running.raw_cell)
        self._run = HandRun(self._session, cell, inputs, code_name)
        for remark in (*self._run.begin(), *slow_cells(self._session, cell.program)):
            print(remark)  # noqa: T201

    def show(self, value: object) -> None:
        """Displays the value of the cell's last expression as IPython does."""
        sys.displayhook(value)

    def finish(self, *value: object) -> None:
        """After the cell's own code: stores and announces what it made, or its verdict."""
        run = self._current_run()
        self._conclude(run, run.finish_check(*value) if run.is_check else run.finish_asset())

    def refute(self) -> None:
        """In place of the rest of a check cell: an assertion does not hold."""
        error = sys.exc_info()[1]
        assert isinstance(error, AssertionError)
        run = self._current_run()
        self._conclude(run, run.refute(error))

    def _current_run(self) -> HandRun:
        if self._run is None or not self._run.is_open:
            raise InvalidInvocationError(_NOT_FIRST)
        return self._run

    def _conclude(self, run: HandRun, outcome: StepOutcome) -> None:
        if not self._session.is_quiet:
            for line in outcome_lines(outcome, run.seconds):
                display(line)  # type: ignore[no-untyped-call]


def _line_of(error: BaseException) -> int:
    """The line of the cell that raised; 0 if that cannot be told."""
    frames = [
        (frame.tb_lineno, frame.tb_frame.f_code)
        for frame in _frames(error.__traceback__)
        if frame.tb_frame.f_code.co_name == "<module>" and "ipykernel_" in frame.tb_frame.f_code.co_filename
    ]
    return frames[0][0] if frames else 0


def _frames(traceback: Any) -> Iterator[Any]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def _cell_id(info: Any) -> str | None:
    found = getattr(info, "cell_id", None)
    return found if isinstance(found, str) and found else None


def _show_directive(code_name: str, raw_cell: str) -> None:
    """Tracebacks show some lines around the one that failed: there the cell is to begin as the user wrote it."""
    entry = linecache.cache.get(code_name)
    if entry is None or len(entry) != 4:
        return
    size, modified, lines, name = entry
    directive = raw_cell.lstrip().partition("\n")[0]
    # A comment, because what formats the traceback wants to parse it.
    linecache.cache[code_name] = (size, modified, [f"# {directive}\n", *lines[1:]], name)
