"""What happens in a step becomes events; what it makes is stored before it is announced."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from daglab.definitions.context import AssetExecutionContext
from daglab.definitions.io_manager import IOManager, OutputContext
from daglab.definitions.metadata import normalize_metadata
from daglab.definitions.results import AssetCheckResult, Output
from daglab.errors import DaglabError, UnstorableValueError
from daglab.execution.boundary import failure_from
from daglab.execution.loading import io_manager_named
from daglab.execution.outputs import Results, has_value
from daglab.execution.ports import StepOutcome
from daglab.foundation.clock import Clock
from daglab.planning.plan import Step
from daglab.records.assets import CheckEvaluation, Materialization
from daglab.records.events import Event, EventType, LogLine, Payload, StepEnded, StepFailed, ValuePassed
from daglab.records.failure import Failure
from daglab.records.runs import StepStatus


@dataclass(kw_only=True)
class StepRecorder:
    """Tells the story of one attempt at one step.

    Args:
        run_id: the run.
        step: the step.
        inputs: the materializations that it is made from, by asset key.
        io_managers: by resource key.
        emit: takes the events, in order, from any thread.
        clock: tells the time of events.
    """

    run_id: str
    step: Step
    inputs: Mapping[str, Materialization]
    io_managers: Mapping[str, IOManager]
    emit: Callable[[Event], None]
    clock: Clock
    _started: float = field(default=0.0, init=False)
    _cpu_started: float = field(default=0.0, init=False)

    def start(self) -> AssetExecutionContext:
        """Says that the step begins; gives what its code may ask for."""
        self.tell(EventType.STEP_START)
        self._started, self._cpu_started = time.perf_counter(), time.process_time()
        return AssetExecutionContext(
            run_id=self.run_id,
            step_key=self.step.key,
            asset_keys={name: spec.key for name, spec in self.step.definition.specs.items()},
            log=self._logger(),
        )

    def succeed(self, context: AssetExecutionContext, results: Results) -> StepOutcome:
        """Stores and announces all that the step made.

        Raises:
            ValueStoreError: a value cannot be stored; what was announced before stays.
        """
        made = tuple(
            self._materialize(context, output)
            for name, output in results.outputs.items()
            if name in self.step.definition.specs
        )
        versions = {key: one.data_version for key, one in self.inputs.items()}
        versions.update((one.asset_key, one.data_version) for one in made)
        checks = tuple(self._evaluate(name, verdict, versions) for name, verdict in results.verdicts.items())
        ended = StepEnded(
            seconds=time.perf_counter() - self._started,
            cpu_seconds=time.process_time() - self._cpu_started,
            peak_bytes=_peak_bytes(),
        )
        self.tell(EventType.STEP_SUCCESS, ended)
        status = StepStatus.SUCCESS
        return StepOutcome(step_key=self.step.key, status=status, materializations=made, checks=checks)

    def fail(self, error: BaseException) -> StepOutcome:
        """Says how the step failed; an interrupt is no failure of its code."""
        canceled = isinstance(error, KeyboardInterrupt)
        failure = INTERRUPTED if canceled else failure_from(error)
        seconds = time.perf_counter() - self._started
        self.tell(EventType.STEP_FAILURE, StepFailed(failure=failure, seconds=seconds, canceled=canceled))
        status = StepStatus.CANCELED if canceled else StepStatus.FAILURE
        return StepOutcome(step_key=self.step.key, status=status, failure=failure)

    def tell(self, kind: EventType, payload: Payload | None = None) -> None:
        """Emits one event of this step."""
        self.emit(Event(run_id=self.run_id, type=kind, at=self.clock.now(), step_key=self.step.key, payload=payload))

    def tell_printed(self, stream: str, text: str) -> None:
        """Emits what the step's code printed."""
        self.tell(EventType.OUTPUT, LogLine(text=text, stream=stream))

    def _materialize(self, context: AssetExecutionContext, output: Output[Any]) -> Materialization:
        name, definition = output.output_name, self.step.definition
        spec, out = definition.specs[name], definition.node.outs[name]
        told = OutputContext(
            step_key=self.step.key,
            output_name=name,
            run_id=self.run_id,
            asset_key=spec.key,
            definition_metadata=spec.metadata,
        )
        self.tell(EventType.STEP_OUTPUT, ValuePassed(name=name, asset_key=str(spec.key)))
        given = {**context.output_metadata(name), **normalize_metadata(output.metadata)}
        if has_value(output):
            self._store(told, out.io_manager_key, output.value)
        stored = told.stored
        version = output.data_version or (stored.data_version if stored else None) or self.run_id
        materialization = Materialization(
            asset_key=str(spec.key),
            run_id=self.run_id,
            step_key=self.step.key,
            at=self.clock.now(),
            code_version=self.step.code_version,
            data_version=version,
            input_versions={key: made.data_version for key, made in self.inputs.items()},
            stored=replace(stored, data_version=None) if stored and stored.data_version == version else stored,
            io_manager_key=out.io_manager_key,
            metadata={**spec.metadata, **told.metadata, **given},
            tags=dict(spec.tags),
            seconds=time.perf_counter() - self._started,
        )
        self.tell(EventType.ASSET_MATERIALIZATION, materialization)
        return materialization

    def _store(self, told: OutputContext, io_manager_key: str, value: Any) -> None:
        manager = io_manager_named(self.io_managers, io_manager_key, told.name)
        try:
            manager.handle_output(told, value)
        except DaglabError:
            raise
        except Exception as error:
            kind = type(value).__name__
            raise UnstorableValueError(
                f"asset {told.name!r}: {type(manager).__name__} could not store its value of type {kind}: {error}"
            ) from error

    def _evaluate(self, name: str, verdict: AssetCheckResult, versions: Mapping[str, str]) -> CheckEvaluation:
        spec = self.step.definition.check_specs[name]
        key = str(spec.key.asset_key)
        evaluation = CheckEvaluation(
            asset_key=key,
            check_name=spec.name,
            run_id=self.run_id,
            at=self.clock.now(),
            passed=bool(verdict.passed),
            severity=verdict.severity,
            blocking=spec.blocking,
            code_version=self.step.code_version,
            data_version=versions.get(key, ""),
            message=verdict.description or "",
            metadata=normalize_metadata(verdict.metadata),
        )
        self.tell(EventType.ASSET_CHECK_EVALUATION, evaluation)
        return evaluation

    def _logger(self) -> logging.Logger:
        logger = logging.Logger(f"daglab.{self.step.key}", level=logging.DEBUG)
        logger.addHandler(_LogHandler(lambda line: self.tell(EventType.LOG, line)))
        return logger


INTERRUPTED = Failure(kind="Interrupted", message="the run was asked to stop")


class _LogHandler(logging.Handler):
    def __init__(self, pass_on: Callable[[LogLine], None]) -> None:
        super().__init__()
        self._pass_on = pass_on

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            text += "\n" + failure_from(record.exc_info[1]).render()
        self._pass_on(LogLine(text=text, level=record.levelname))


def _peak_bytes() -> int | None:
    try:
        import resource
    except ImportError:  # Windows has no such module.
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
