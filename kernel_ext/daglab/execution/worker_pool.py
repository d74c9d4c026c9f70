"""Runs steps side by side, each in a worker process that lives as long as the run."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import Any

from daglab.errors import InvalidInvocationError
from daglab.execution.boundary import is_frame_of_ours
from daglab.execution.messages import Broken, Closed, Finished, Happened, Ready, Stop
from daglab.execution.ports import StepOutcome, StepTask
from daglab.foundation.clock import Clock
from daglab.foundation.terminal import terminal_environment
from daglab.records.events import Event, EventType, StepFailed
from daglab.records.failure import Failure
from daglab.records.runs import StepStatus

GRACE_SECONDS = 5.0
CLOSING_SECONDS = 30.0
_LONGEST_WAIT = 1.0
_MOST_WORDS = 12


class WorkerPool:
    """Keeps worker processes and gives each one step at a time, preferring the one that holds its inputs.

    A worker is a fresh process in a session of its own, so that Ctrl-C reaches the driver alone; it ends when the
    driver does, however that ends. Workers need POSIX.

    Args:
        command: starts a worker; two arguments are added: the number of an open file and the worker's own number.
        setup: sent to each worker first: all that it needs to know the steps.
        count: how many workers.
        run_id: the run.
        emit: takes the events of all workers.
        clock: tells the time of events.
        log_dir: takes what workers print past Python, such as the last words of a crash.
        environment: of the workers.
    """

    def __init__(
        self,
        *,
        command: Sequence[str],
        setup: object,
        count: int,
        run_id: str,
        emit: Callable[[Event], None],
        clock: Clock,
        log_dir: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        if os.name != "posix":
            raise InvalidInvocationError("steps run side by side only on Linux and macOS", hint="use one process")
        self._command = command
        self._setup = setup
        self._run_id = run_id
        self._emit = emit
        self._clock = clock
        self._log_dir = log_dir
        self._environment = environment
        self._is_stopping = False
        self._waiting: list[StepOutcome] = []
        log_dir.mkdir(parents=True, exist_ok=True)
        self._workers = [self._started(number) for number in range(1, count + 1)]

    @property
    def idle(self) -> int:
        """How many workers have nothing to do."""
        return sum(worker.task is None for worker in self._workers)

    def open(self) -> None:
        """Each worker opens its resources itself."""

    def submit(self, task: StepTask) -> None:
        """Gives a step to the idle worker that holds most of its inputs."""
        idle = [worker for worker in self._workers if worker.task is None]
        best = max(idle, key=lambda worker: (not worker.is_dead, len(worker.held & task.tokens)))
        for worker in self._workers:
            worker.forget.update(task.forget)
            worker.held.difference_update(task.forget)
        best.task, best.has_worked = task, True
        try:
            best.send(replace(task, forget=tuple(best.forget)))
            best.forget.clear()
        except OSError:
            self._waiting.append(self._died(best))

    def next_outcome(self, timeout: float | None = None) -> StepOutcome | None:
        """Passes events on until a step ends, the worker that runs it does, or the time is over."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while not self._waiting:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            for worker in self._ready_workers(timeout=left):
                self._take_message(worker)
            if deadline is not None and time.monotonic() >= deadline and not self._waiting:
                return None
        return self._waiting.pop(0)

    def interrupt(self) -> None:
        """Interrupts every running step; after five seconds its process is terminated, then killed."""
        self._is_stopping = True
        busy = [worker for worker in self._workers if worker.task]
        for send in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            for worker in busy:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker.process.pid, send)
            deadline = time.monotonic() + GRACE_SECONDS
            while (busy := [worker for worker in busy if worker.task]) and time.monotonic() < deadline:
                for worker in self._ready_workers(timeout=0.1):
                    self._take_message(worker)
            if not busy:
                return

    def close(self) -> None:
        """Stops the workers; one that does not close its resources in half a minute, or then end, is killed."""
        self._is_stopping = True
        for worker in self._workers:
            with contextlib.suppress(OSError):
                worker.send(Stop())
        deadline = time.monotonic() + CLOSING_SECONDS
        while any(worker.has_to_close for worker in self._workers) and time.monotonic() < deadline:
            for worker in self._ready_workers(timeout=0.1):
                self._take_message(worker)
        for worker in self._workers:
            worker.close()
        for worker in self._workers:
            try:
                worker.process.wait(1.0)
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait()

    def _started(self, number: int) -> _Worker:
        ours, theirs = Pipe()
        with (self._log_dir / f"worker-{number}.log").open("ab") as log:
            process = subprocess.Popen(
                [*self._command, str(theirs.fileno()), str(number)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                env={**(os.environ if self._environment is None else self._environment), **terminal_environment()},
            )
        theirs.close()
        worker = _Worker(number, process, ours)
        with contextlib.suppress(OSError):
            worker.send(self._setup)
        return worker

    def _ready_workers(self, timeout: float | None) -> list[_Worker]:
        """The workers that have something to tell, or have ended; none if that takes long."""
        by_connection = {worker.connection: worker for worker in self._workers if not worker.is_dead}
        longest = _LONGEST_WAIT if timeout is None else min(timeout, _LONGEST_WAIT)
        ready = [by_connection[one] for one in wait(list(by_connection), longest) if isinstance(one, Connection)]
        # A process that a step forked off keeps the connection of its worker open.
        return ready or [worker for worker in by_connection.values() if worker.process.poll() is not None]

    def _take_message(self, worker: _Worker) -> None:
        try:
            if worker.process.poll() is not None and not worker.connection.poll():
                raise EOFError
            message = worker.connection.recv()
        except (EOFError, OSError):
            if worker.task is not None:
                self._waiting.append(self._died(worker))
            elif worker.failure is None:
                self._replace(worker)
            else:
                worker.is_dead = True
            return
        match message:
            case Happened(event=event):
                self._emit(event)
            case Finished(outcome=outcome, held=held):
                worker.task, worker.held = None, set(held)
                self._waiting.append(outcome)
            case Broken(failure=failure):
                worker.failure = failure
            case Closed():
                worker.is_dead = worker.task is None
            case Ready():
                pass

    def _died(self, worker: _Worker) -> StepOutcome:
        task = worker.task
        assert task is not None
        code = worker.process.wait()
        canceled = self._is_stopping
        failure = worker.failure or Failure(
            kind="WorkerDied", message=_last_words(code), hint=worker.hint(self._log_dir)
        )
        payload = StepFailed(failure=failure, canceled=canceled)
        self._emit(
            Event(
                run_id=self._run_id,
                type=EventType.STEP_FAILURE,
                at=self._clock.now(),
                step_key=task.step_key,
                payload=payload,
            )
        )
        self._replace(worker)
        status = StepStatus.CANCELED if canceled else StepStatus.FAILURE
        return StepOutcome(step_key=task.step_key, status=status, failure=failure)

    def _replace(self, worker: _Worker) -> None:
        worker.close()
        worker.process.wait()
        if self._is_stopping:
            worker.task, worker.is_dead = None, True
        else:
            self._workers[self._workers.index(worker)] = self._started(worker.number)


class _Worker:
    def __init__(self, number: int, process: subprocess.Popen[bytes], connection: Connection[Any, Any]) -> None:
        self.number = number
        self.process = process
        self.connection = connection
        self.task: StepTask | None = None
        self.held: set[str] = set()
        self.forget: set[str] = set()
        self.failure: Failure | None = None
        self.has_worked = False
        self.is_dead = False

    @property
    def has_to_close(self) -> bool:
        """Whether it has resources to close; what is in the midst of a step is not waited for."""
        return self.has_worked and self.task is None and not self.is_dead

    def send(self, message: object) -> None:
        self.connection.send(message)

    def close(self) -> None:
        self.connection.close()
        if self.process.stdin:
            self.process.stdin.close()

    def hint(self, log_dir: Path) -> str:
        path = log_dir / f"worker-{self.number}.log"
        text = path.read_text(errors="replace") if path.exists() else ""
        # A crash lists the frames of the step first and ours, which called it, last.
        words = [line for line in text.splitlines() if line.strip() and not is_frame_of_ours(line)]
        if not words:
            return "resume the run, or run it with fewer processes"
        return "\n    ".join([f"its last words, in {path}:", *words[-_MOST_WORDS:]])


def _last_words(code: int) -> str:
    if code >= 0:
        return f"the process that ran it ended with exit code {code}"
    name = signal.Signals(-code).name if -code in signal.valid_signals() else f"signal {-code}"
    known = {
        "SIGKILL": "killed from outside, often for lack of memory",
        "SIGSEGV": "a crash in compiled code",
    }
    why = f" ({known[name]})" if name in known else ""
    return f"the process that ran it was ended by {name}{why}"
