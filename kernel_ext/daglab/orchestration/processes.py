"""Which process is which, now and later."""

from __future__ import annotations

import os
import socket

import psutil

from daglab.records.runs import ProcessIdentity


def this_process() -> ProcessIdentity:
    """The process that asks."""
    return identity_of(os.getpid())


def identity_of(pid: int) -> ProcessIdentity:
    """A process of this machine."""
    return ProcessIdentity(host=socket.gethostname(), pid=pid, started=psutil.Process(pid).create_time())


def is_here(process: ProcessIdentity) -> bool:
    """Whether it runs, or ran, on this machine."""
    return process.host == socket.gethostname()


def is_alive(process: ProcessIdentity) -> bool:
    """Whether a process of this machine still runs; another one with the same number does not count."""
    try:
        found = psutil.Process(process.pid)
        # The start is told in clock ticks since boot, and the time of boot is adjusted now and then.
        return abs(found.create_time() - process.started) < 2 and found.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True
