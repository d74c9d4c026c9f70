"""The main module of a run in a process of its own: `python -m daglab.orchestration.run_process HOME RUN_ID`."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from daglab.execution.boundary import failure_from
from daglab.foundation.clock import SystemClock
from daglab.orchestration.instance import Instance
from daglab.orchestration.requests import MaterializeRequest
from daglab.orchestration.runs import execute, prepare
from daglab.records.events import Event, EventType, RunEnded, RunPlanned
from daglab.records.failure import Failure


def main(home: str, run_id: str) -> int:
    """Carries out the request that a run was made with.

    Returns:
        The exit code: 0 if everything that was asked for is there.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    instance = Instance.open(home, start=Path.cwd())
    run = instance.store.run(run_id)
    request = MaterializeRequest.from_json(run.request)
    if str(instance.home.root) not in sys.path:
        sys.path.insert(0, str(instance.home.root))
    try:
        prepared = prepare(instance, request)
        if prepared.has_steps:
            return 0 if execute(instance, prepared, run=run).success else 1
        _end(instance, run_id, EventType.RUN_SUCCESS, None)
        return 0
    except KeyboardInterrupt as error:
        _end(instance, run_id, EventType.RUN_CANCELED, failure_from(error))
    except Exception as error:
        _end(instance, run_id, EventType.RUN_FAILURE, failure_from(error))
    return 1


def _end(instance: Instance, run_id: str, kind: EventType, failure: Failure | None) -> None:
    """Ends a run that never came to its first step."""
    if instance.store.run(run_id).status.is_finished:
        return
    now = SystemClock().now()
    instance.store.append(
        [
            Event(run_id=run_id, type=EventType.RUN_START, at=now, payload=RunPlanned(steps=())),
            Event(run_id=run_id, type=kind, at=now, payload=RunEnded(failure=failure)),
        ]
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
