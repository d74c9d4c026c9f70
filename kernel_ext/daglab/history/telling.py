"""How an event of a run is put together."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from daglab.definitions.contexts.node_handle import NodeHandle
from daglab.history import event_data as data
from daglab.history.run_events import RunEvent, RunEventType
from daglab.planning.steps import MAPPED, ExecutionPlan, Step
from daglab.records.events import Event

_RESOLVED = re.compile(r"\[([^\[\]]*)\]$")
_COMPUTE = "COMPUTE"


class Teller:
    """Puts events together; those who know what to tell derive from it.

    Args:
        job_name: the job.
        plan: of the run, where it is at hand.
        pid: the process that ran it.
    """

    def __init__(self, *, job_name: str, plan: ExecutionPlan | None = None, pid: int | None = None) -> None:
        self.job_name = job_name
        self.steps: Mapping[str, Step] = plan.steps if plan else {}
        self.pid = os.getpid() if pid is None else pid
        self.failed: dict[str, RunEvent] = {}
        self._handles: dict[str, tuple[Any, Mapping[str, str]]] = {}

    def step_of(self, step_key: str) -> Step | None:
        """The step of the plan, if it is at hand."""
        return self.steps.get(step_key) or self.steps.get(_RESOLVED.sub(MAPPED, step_key))

    def of_run(self, event: Event, kind: RunEventType, message: str, facts: Any = None) -> RunEvent:
        """An event of the run as a whole."""
        return RunEvent(
            kind.value,
            self.job_name,
            event_specific_data=facts,
            message=message,
            pid=self.pid,
            timestamp=event.at.timestamp(),
            event_id=event.event_id,
        )

    def of_step(
        self, event: Event, kind: RunEventType, message: str, facts: Any = None, *, step_key: str = ""
    ) -> RunEvent:
        """An event of a step: of the one that is named, else of the one that the recorded event is of."""
        key = step_key or event.step_key
        if not key:
            return self.of_run(event, kind, message, facts)
        handle, tags = self._handle(key, event.run_id)
        return RunEvent(
            kind.value,
            self.job_name,
            handle,
            handle.node_handle,
            _COMPUTE,
            tags,
            facts,
            message,
            self.pid,
            key,
            timestamp=event.at.timestamp(),
            event_id=event.event_id,
        )

    def _handle(self, key: str, run_id: str) -> tuple[Any, Mapping[str, str]]:
        if key not in self._handles:
            step, mapped = self.step_of(key), _RESOLVED.search(key)
            path = step.path if step and step.path else _RESOLVED.sub("", key).split(".")
            node = NodeHandle.from_path(tuple(path))
            handle = data.ResolvedStepHandle(node, mapped[1], key) if mapped else data.StepHandle(node, key)
            names = {"run_id": run_id, "job_name": self.job_name, "step_key": key, "op_name": node.name}
            self._handles[key] = handle, {**names, "resource_name": "None", "resource_fn_name": "None"}
        return self._handles[key]


def node_path(step_key: str) -> str:
    """The names of the nodes that lead to a step, joined by dots, as its key has them.

    Example:
        >>> node_path("clean.split[north]")
        'clean.split'
    """
    return _RESOLVED.sub("", step_key)


def spent(seconds: float) -> str:
    """A duration, as it is read.

    Example:
        >>> spent(0.0123), spent(75)
        ('12.3 ms', '75 s')
    """
    return f"{seconds * 1000:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"
