"""Runs in processes of their own, that outlive whoever asked for them; and their end, when somebody asks for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace

from daglab.errors import InvalidInvocationError
from daglab.foundation.clock import SystemClock
from daglab.orchestration.home import find_home
from daglab.orchestration.instance import Instance
from daglab.orchestration.processes import identity_of, is_alive, is_here
from daglab.orchestration.requests import MaterializeRequest
from daglab.orchestration.runs import new_run
from daglab.records.events import Event, EventType
from daglab.records.runs import Run


def launch(instance: Instance, request: MaterializeRequest) -> Run:
    """Starts a run in a process of its own.

    Returns at once; whatever happens, a plan that cannot be made included, is in the run store.

    Raises:
        SettingsError: the settings were changed to what the process could not start with.
    """
    find_home(instance.home.root, home=instance.home.path)
    run = new_run(request)
    instance.store.create_run(run)
    folder = instance.home.run_dir(run.run_id)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "process.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "daglab.orchestration.run_process", str(instance.home.path), run.run_id],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd=instance.home.root,
            env={**os.environ, "DAGLAB_HOME": str(instance.home.path)},
        )
    _keep_from_zombies(process)
    identity = identity_of(process.pid)
    instance.store.update_process(run.run_id, identity, SystemClock().now())
    return replace(run, process=identity)


def cancel(instance: Instance, run_id: str) -> Run:
    """Asks a run to stop: its process is interrupted, or, on another machine, finds the request in the store.

    Raises:
        RunNotFoundError: there is no such run.
        InvalidInvocationError: it is over already.
    """
    run = instance.store.run(run_id)
    if run.status.is_finished:
        raise InvalidInvocationError(f"run {run.run_id} is over already: {run.status}")
    instance.store.append([Event(run_id=run.run_id, type=EventType.RUN_CANCELING, at=SystemClock().now())])
    if run.process and is_here(run.process) and is_alive(run.process):
        os.kill(run.process.pid, signal.SIGINT)
    return instance.store.run(run.run_id)


_children: list[subprocess.Popen[bytes]] = []


def _keep_from_zombies(process: subprocess.Popen[bytes]) -> None:
    """A child that ended stays in the process table until it is asked for."""
    _children[:] = [child for child in _children if child.poll() is None]
    _children.append(process)
