"""What happens in a step becomes events; what it makes is stored before it is announced."""

from __future__ import annotations

import contextlib
import logging
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from daglab.definitions.contexts.facts import StepFacts
from daglab.definitions.contexts.step_context import context_for
from daglab.definitions.metadata import MetadataValue
from daglab.definitions.specs import AssetSpec
from daglab.definitions.user_errors import Failure as UserFailure
from daglab.errors import DaglabError
from daglab.execution.boundary import failure_from
from daglab.execution.opening import resources_needed_by
from daglab.execution.ports import StepOutcome, StepTask
from daglab.execution.setting import OpenSetting
from daglab.execution.step_partitions import ReadPartitions, StepPartitions, typed_key
from daglab.foundation.clock import Clock
from daglab.planning.steps import FromAsset, Step
from daglab.records.assets import CheckEvaluation, Materialization
from daglab.records.events import Event, EventType, LogLine, Payload, StepEnded, StepFailed, StepUpForRetry
from daglab.records.failure import Failure
from daglab.records.outputs import StepOutput
from daglab.records.runs import StepStatus


@dataclass(kw_only=True)
class StepRecorder:
    """Tells the story of one attempt at one step.

    Args:
        setting: what all steps of the run share.
        step: the step.
        task: what it is given.
        emit: takes the events, in order, from any thread.
        clock: tells the time of events.
    """

    setting: OpenSetting
    step: Step
    task: StepTask
    emit: Callable[[Event], None]
    clock: Clock
    outputs: list[StepOutput] = field(default_factory=list, init=False)
    materializations: list[Materialization] = field(default_factory=list, init=False)
    checks: list[CheckEvaluation] = field(default_factory=list, init=False)
    events: list[Event] = field(default_factory=list, init=False)
    read: dict[str, Materialization] = field(default_factory=dict, init=False)
    output_metadata: dict[tuple[str, str], Mapping[str, MetadataValue]] = field(default_factory=dict, init=False)
    log_event: Callable[[Any], None] = field(default=lambda event: None, init=False)
    facts: StepFacts = field(init=False)
    _started: float = field(default=0.0, init=False)
    _cpu_started: float = field(default=0.0, init=False)

    @property
    def run_id(self) -> str:
        """The run."""
        return self.setting.run.run_id

    @property
    def seconds(self) -> float:
        """Since the step began."""
        return time.perf_counter() - self._started

    def start(self) -> Any:
        """Says that the step begins; gives what its code may ask for."""
        self.tell(EventType.STEP_START if self.task.attempt == 1 else EventType.STEP_RESTARTED)
        self._started, self._cpu_started = time.perf_counter(), time.process_time()
        self.facts = self._facts()
        return context_for(self.facts)

    def succeed(self) -> StepOutcome:
        """Says that the step has ended well."""
        ended = StepEnded(
            seconds=self.seconds,
            cpu_seconds=time.process_time() - self._cpu_started,
            peak_bytes=_peak_bytes(),
        )
        self.tell(EventType.STEP_SUCCESS, ended)
        return self._outcome(StepStatus.SUCCESS)

    def fail(self, error: BaseException, *, retry_after: float | None = None) -> StepOutcome:
        """Says how the step failed; an interrupt is no failure of its code."""
        canceled = isinstance(error, KeyboardInterrupt)
        failure = INTERRUPTED if canceled else failure_from(error)
        if retry_after is not None:
            self.tell(EventType.STEP_UP_FOR_RETRY, StepUpForRetry(failure=failure, seconds_to_wait=retry_after))
            return StepOutcome(step_key=self.step.key, status=StepStatus.FAILURE, retry_after=retry_after)
        metadata = error.metadata if isinstance(error, UserFailure) else {}
        payload = StepFailed(failure=failure, seconds=self.seconds, canceled=canceled, metadata=metadata)
        self.tell(EventType.STEP_FAILURE, payload)
        status = StepStatus.CANCELED if canceled else StepStatus.FAILURE
        return self._outcome(status, failure=failure, error=error)

    def tell(self, kind: EventType, payload: Payload | None = None) -> None:
        """Emits one event of this step."""
        event = Event(run_id=self.run_id, type=kind, at=self.clock.now(), step_key=self.step.key, payload=payload)
        if self.step.hooks:
            self.events.append(event)
        self.emit(event)

    def tell_printed(self, stream: str, text: str) -> None:
        """Emits what the step's code printed."""
        self.tell(EventType.OUTPUT, LogLine(text=text, stream=stream))

    def input_versions(self) -> Mapping[str, str]:
        """The data versions of the assets that it is made from."""
        made = {key: one.data_version for key, one in {**self.task.assets, **self.read}.items()}
        return {**self.task.observed, **made}

    @cached_property
    def partitions(self) -> StepPartitions:
        """What the step has to do with partitions."""
        return StepPartitions(run=self.setting.run, step=self.step)

    def partition_of(self, spec: AssetSpec | None) -> str | None:
        """The one partition of an asset that this step makes; None where it has none, or several."""
        keys = self.partitions.made(spec)
        return keys[0] if keys and len(keys) == 1 else None

    def made_partition(self, key: str, partition: str) -> Materialization | None:
        """How a partition of an asset was made last, by this run or an earlier one."""
        return self.task.partitions.get(key, {}).get(partition) or self.partitions.latest(key, partition)

    def _outcome(
        self, status: StepStatus, failure: Failure | None = None, error: BaseException | None = None
    ) -> StepOutcome:
        return StepOutcome(
            step_key=self.step.key,
            status=status,
            outputs=tuple(self.outputs),
            materializations=tuple(self.materializations),
            checks=tuple(self.checks),
            failure=failure,
            error=error,
        )

    def _facts(self) -> StepFacts:
        step, run = self.step, self.setting.run
        definition = step.definition
        return StepFacts(
            run_id=run.run_id,
            step_key=step.key,
            op=step.op,
            path=step.path,
            job=run.job,
            job_name=run.job_name,
            run_tags=run.run_tags,
            run_config=run.run_config,
            run=run.run,
            instance=run.instance,
            op_config=step.config,
            resources=self.setting.resources_of(frozenset(resources_needed_by(step))),
            log=_StepLogger(f"daglab.{step.key}", lambda line: self.tell(EventType.LOG, line), self.setting.loggers),
            retry_number=self.task.attempt - 1,
            mapping_key=self.task.mapping_key or None,
            specs=step.specs,
            check_specs=step.check_specs,
            selected_outputs=step.selected_outputs,
            keys_by_input=step.keys_by_input,
            assets_def=definition,
            log_event=self._log_event,
            **self._partition_facts(),
        )

    def _partition_facts(self) -> dict[str, Any]:
        run, divided = self.setting.run, self.partitions.definition
        facts: dict[str, Any] = {"partitions_def": divided or getattr(run.job, "partitions_def", None)}
        if run.partition_key:
            facts["partition_key"] = typed_key(facts["partitions_def"], run.partition_key)
        elif run.partition_range is not None:
            facts["partition_key_range"] = run.partition_range
        if not run.partitions_defs:
            return facts
        read: dict[str, ReadPartitions] = {}
        for name, source in self.step.sources.items():
            # What is wrong with an input is told when it is loaded.
            with contextlib.suppress(DaglabError):
                found = self.partitions.read(name) if isinstance(source, FromAsset) else None
                if found is not None:
                    read[name] = found
        facts["partition_keys_by_input"] = {name: one.keys for name, one in read.items()}
        facts["partitions_def_by_input"] = {name: one.definition for name, one in read.items()}
        return facts

    def _log_event(self, event: Any) -> None:
        self.log_event(event)


INTERRUPTED = Failure(kind="Interrupted", message="the run was asked to stop")


class _StepLogger(logging.Logger):
    """What a step logs becomes events, and goes to the run's loggers, too.

    Handlers would do it as well; but each one registers itself with all others, which takes longer than a small step.
    """

    def __init__(self, name: str, tell: Callable[[LogLine], None], others: Sequence[logging.Logger]) -> None:
        super().__init__(name, level=logging.DEBUG)
        self._tell = tell
        self._others = others

    def callHandlers(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            text += "\n" + failure_from(record.exc_info[1]).render()
        self._tell(LogLine(text=text, level=record.levelname))
        for one in self._others:
            if one.isEnabledFor(record.levelno):
                one.handle(record)
        if self.handlers:  # added by the step's own code
            super().callHandlers(record)


def _peak_bytes() -> int | None:
    try:
        import resource
    except ImportError:  # Windows has no such module.
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
