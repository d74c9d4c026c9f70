"""The inside of a worker process."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any

from daglab.execution.boundary import failure_from
from daglab.execution.messages import Broken, Closed, Finished, Happened, Ready, Stop
from daglab.execution.ports import StepTask
from daglab.execution.recording import INTERRUPTED
from daglab.execution.step import StepExecutor
from daglab.records.events import Event

_PR_SET_PDEATHSIG = 1  # https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html

MakeExecutor = Callable[[Any, Callable[[Event], None]], StepExecutor]


def serve(file_number: int, make_executor: MakeExecutor) -> None:
    """Runs steps until told to stop, or until the driver is gone.

    Args:
        file_number: of the open connection to the driver.
        make_executor: from the driver's first message and a function that takes events.
    """
    _end_with_driver()
    # Programs that a step leaves behind must not keep the driver from seeing that we ended.
    os.set_inheritable(file_number, False)
    connection: Connection[Any, Any] = Connection(file_number)
    lock, this_process = threading.Lock(), os.getpid()

    def send(message: object) -> None:
        if os.getpid() != this_process:
            return  # A fork of ours that a step made; it has nothing to tell.
        with lock:
            connection.send(message)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        executor = make_executor(connection.recv(), lambda event: send(Happened(event)))
    except BaseException as error:
        send(Broken(failure_from(error)))
        return
    send(Ready())
    try:
        with contextlib.suppress(EOFError):
            _run_tasks(connection, send, executor)
    finally:
        if os.getpid() == this_process:
            executor.close()
            with contextlib.suppress(OSError):
                send(Closed())


def _run_tasks(connection: Connection[Any, Any], send: Callable[[object], None], executor: StepExecutor) -> None:
    this_process, streams = os.getpid(), {number: os.dup(number) for number in (1, 2)}
    while True:
        message = connection.recv()
        if isinstance(message, Stop):
            return
        assert isinstance(message, StepTask)
        # Only a step may be interrupted: between two of them there is nothing to interrupt.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            executor.open()
        except BaseException as error:
            send(Broken(INTERRUPTED if isinstance(error, KeyboardInterrupt) else failure_from(error)))
            return
        outcome = executor.run(message)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if os.getpid() != this_process:
            os._exit(0)  # A fork that a step made, and that came back from it like the step itself.
        _reopen_closed(streams)
        # An exception of the user may not survive the way to another process; its description does.
        send(Finished(replace(outcome, error=None), executor.held_keys))


def _reopen_closed(streams: Mapping[int, int]) -> None:
    """Opens again what a step has closed of the standard streams, so that the next step finds them as it should."""
    for number, copy in streams.items():
        try:
            os.fstat(number)
        except OSError:
            os.dup2(copy, number)


def _end_with_driver() -> None:
    """The driver holds the other end of our standard input; when that closes, it is gone, and so are we.

    A thread waits for that, and never gets its turn while compiled code keeps Python's lock; Linux is therefore asked
    to kill us as soon as the driver's thread that started us ends.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    lifeline = os.dup(0)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    sys.stdin = open(os.devnull)  # noqa: SIM115 - lives as long as the process

    def watch() -> None:
        while os.read(lifeline, 1):
            pass
        os._exit(1)

    threading.Thread(target=watch, name="daglab-lifeline", daemon=True).start()
