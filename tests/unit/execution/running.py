"""Plans that run in this process, with values in memory and events in a list."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.io_manager import InputContext, IOManager, OutputContext, StoredValue
from daglab.execution.driver import Driver
from daglab.execution.in_process import InProcessRunner
from daglab.execution.progress import RunOutcome
from daglab.execution.setting import RunSetting
from daglab.execution.step import StepExecutor
from daglab.planning.graph import AssetGraph
from daglab.planning.plan import PlanRequest, build_plan
from daglab.planning.staleness import assess
from daglab.planning.steps import ExecutionPlan
from daglab.records.assets import AssetState, Materialization
from daglab.records.events import Event, EventType, StepSkipped, ValuePassed
from daglab.records.runs import RunStatus


class TickingClock:
    """A second passes with every look at it."""

    def __init__(self) -> None:
        self._now = datetime(2013, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now


class ListSink:
    """Keeps events in a list; `flushed` is how many were there when it was last flushed."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.flushed = 0

    def append(self, event: Event) -> None:
        self.events.append(event)

    def flush(self) -> None:
        self.flushed = len(self.events)

    @property
    def story(self) -> list[str]:
        """Type and step of each event."""
        return [f"{event.type} {event.step_key}".rstrip() for event in self.events]

    def payloads(self, kind: type) -> list[object]:
        return [event.payload for event in self.events if isinstance(event.payload, kind)]


class PicklingIOManager(IOManager):
    """Keeps pickles of values in memory, by their hash."""

    hands_over = True

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        content = pickle.dumps(obj)
        version = hashlib.sha256(content).hexdigest()[:8]
        self._kept[version] = content
        context.record_stored(StoredValue(reference={"pickle": version}, data_version=version, size=len(content)))

    def load_input(self, context: InputContext) -> Any:
        assert context.stored is not None
        return pickle.loads(self._kept[context.stored.reference["pickle"]])


class Run:
    """One run of some definitions.

    Args:
        definitions: assets and checks.
        known: what is remembered of earlier runs.
        io_manager: where values are.
    """

    def __init__(
        self,
        definitions: Sequence[AssetsDefinition],
        *,
        known: Mapping[str, Materialization] | None = None,
        io_manager: IOManager | None = None,
        is_canceled: Callable[[], bool] = lambda: False,
        executor: type[StepExecutor] = StepExecutor,
    ) -> None:
        self.io_manager = io_manager or PicklingIOManager()
        self.sink = ListSink()
        self.plan = planned(definitions, known or {})
        self.executor = executor(
            setting=RunSetting(run_id="run", io_managers={"io_manager": self.io_manager}),
            steps=self.plan.steps,
            emit=self.sink.append,
            clock=TickingClock(),
        )
        self._driver = Driver(
            run_id="run",
            plan=self.plan,
            runner=InProcessRunner(self.executor),
            sink=self.sink,
            clock=TickingClock(),
            is_canceled=is_canceled,
        )
        self.outcome: RunOutcome = self._driver.run()

    @property
    def status(self) -> RunStatus:
        return self.outcome.status

    @property
    def skipped(self) -> dict[str, str]:
        """Why each step was skipped."""
        return {one.step_key: one.payload.reason for one in self.sink.events if isinstance(one.payload, StepSkipped)}

    @property
    def started(self) -> list[str]:
        return [one.step_key for one in self.sink.events if one.type is EventType.STEP_START]

    @property
    def passed(self) -> list[tuple[str, str, str]]:
        """Which step was given which value, and how."""
        return [
            (one.step_key, one.payload.asset_key, one.payload.how)
            for one in self.sink.events
            if isinstance(one.payload, ValuePassed) and one.type is EventType.STEP_INPUT
        ]


def planned(definitions: Sequence[AssetsDefinition], known: Mapping[str, Materialization]) -> ExecutionPlan:
    graph = AssetGraph.build(definitions)
    states = {key: AssetState(asset_key=key, latest=made) for key, made in known.items()}
    verdicts = assess(graph, states, lambda made: True)
    return build_plan(graph, PlanRequest(selected=list(graph.nodes)), states, verdicts)
