"""One cell, run by hand, told to the run store as a run of its own."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import IPython

from daglab.definitions.results import AssetCheckResult, Output
from daglab.errors import CellError
from daglab.execution.announcing import Announcer
from daglab.execution.boundary import failure_from
from daglab.execution.loading import load_value
from daglab.execution.ports import StepOutcome, StepTask
from daglab.execution.recording import INTERRUPTED, StepRecorder
from daglab.execution.setting import OpenSetting, RunSetting
from daglab.foundation.clock import SystemClock
from daglab.foundation.ids import new_run_id
from daglab.magics.cell_lookup import DeclaredCell
from daglab.magics.inputs import Input, Inputs
from daglab.magics.kernel_truth import why_different
from daglab.magics.needed_code import run_needed
from daglab.magics.session import KernelSession
from daglab.notebooks.cell_definitions import CheckCompute, verdict_of
from daglab.orchestration.processes import this_process
from daglab.planning.asset_steps import steps_of
from daglab.planning.graph import code_of, made_otherwise
from daglab.records.events import Event, EventType, Payload, RunEnded, RunPlanned, StepFailed, ValuePassed
from daglab.records.failure import Failure
from daglab.records.runs import Run, RunStatus

_IPYTHON = str(Path(IPython.__file__).parent)
_FILE = re.compile(r'(?<=  )File "(?P<name>[^"]*)"')


class HandRun:
    """A run of one step: the cell that the user has just run.

    It cannot be resumed, as nobody but the user can run the cell again. What is recorded as its code is what was really
    executed in this kernel; if the notebook says otherwise by now, the asset is stale.

    Args:
        session: the kernel's.
        cell: what is run.
        inputs: what it is made from.
        code_name: what IPython calls the cell's code in tracebacks.
    """

    def __init__(self, session: KernelSession, cell: DeclaredCell, inputs: Inputs, code_name: str) -> None:
        self.is_open = False
        self._code_name = code_name
        self._session = session
        self._cell = cell
        self._inputs = inputs
        self._clock = SystemClock()
        self._run_id = new_run_id()
        self._began = time.perf_counter()
        definition = cell.definition
        spec = next(iter(definition.specs_by_output.values()), None)
        [self._step] = steps_of(definition, **code_of(definition, spec).of_step)
        self._managers = session.instance.io_managers(session.elsewhere().resources)
        self._recorder = StepRecorder(
            setting=OpenSetting(run=RunSetting(run_id=self._run_id), managers=self._managers),
            step=self._step,
            task=StepTask(step_key=self._step.key, assets=inputs.versions, observed=inputs.observed),
            emit=self._append,
            clock=self._clock,
        )

    def begin(self) -> list[str]:
        """Announces the run, and gives the kernel what the cell needs.

        Returns:
            What the user should be told.
        """
        __tracebackhide__ = True
        store = self._session.instance.store
        store.create_run(self._new_run())
        self._writer = store.writer(self._run_id)
        self.is_open = True
        self._tell(EventType.RUN_START, RunPlanned(steps=(self._step.planned,)))
        self._context = self._recorder.start()
        self._writer.flush()  # Views are to show it at once, even if the cell keeps all other threads waiting.
        ran = run_needed(
            self._cell, self._session.namespace, self._give, self._session.settled, self._session.note_needed
        )
        for name in self._cell.own_inputs:
            self._give(name)
        self._record_what_was_run()
        remarks = [one.remark for one in self._inputs.values.values() if one.remark]
        return [*([f"ran first what it needs of {ran}"] if ran else []), *remarks]

    def finish_asset(self) -> StepOutcome:
        """Stores and announces the variables that the cell has made.

        Raises:
            CellError: a variable is not there.
            ValueStoreError: a value cannot be stored.
        """
        names, namespace = tuple(self._step.specs), self._session.namespace
        for name in names:
            if name not in namespace:
                hint = f"bind {name!r}, or change the names on its %%asset line"
                position = self._cell.declared.cell.position
                raise CellError(f"no variable {name!r} at its end", path=self._cell.location, cell=position, hint=hint)
        outcome = self._succeed([Output(namespace[name], output_name=name) for name in names])
        by_key = {one.asset_key: one for one in outcome.materializations}
        for name, spec in self._step.specs.items():
            self._session.held.hold(name, namespace[name], by_key[str(spec.key)])
        return outcome

    def finish_check(self, *value: object) -> StepOutcome:
        """Records the verdict that the last expression stands for, if it has one; else no assertion has failed.

        Raises:
            CellError: the value is no verdict.
        """
        return self._judge(verdict_of(value[0] if value else True, self._check))

    def refute(self, error: AssertionError) -> StepOutcome:
        """Records that an assertion does not hold."""
        message = str(error) or "an assertion does not hold"
        return self._judge(AssetCheckResult(passed=False, severity=self._check.severity, description=message))

    def fail(self, error: BaseException | None) -> None:
        """Records how the cell ended before its end; None where nobody knows."""
        if error is None:
            error = CellError("it ended early", path=self._cell.location, cell=self._cell.declared.cell.position)
        try:
            if isinstance(error, (KeyboardInterrupt, asyncio.CancelledError)):
                self._tell(EventType.RUN_CANCELING)
                self._recorder.fail(KeyboardInterrupt())
                self._end(EventType.RUN_CANCELED, INTERRUPTED)
            else:
                failure = self._as_seen(failure_from(error))
                failed = StepFailed(failure=failure, seconds=self.seconds)
                self._recorder.tell(EventType.STEP_FAILURE, failed)
                message = f"step {self._step.key!r} failed"
                self._end(EventType.RUN_FAILURE, Failure(kind="StepsFailed", message=message, cause=failure))
        finally:
            self.is_open = False

    @property
    def seconds(self) -> float:
        """How long it has been running."""
        return time.perf_counter() - self._began

    @property
    def is_check(self) -> bool:
        """Whether the cell is a check."""
        return not self._step.specs

    @property
    def _check(self) -> CheckCompute:
        compute = self._step.op.compute
        assert isinstance(compute, CheckCompute)
        return compute

    def _new_run(self) -> Run:
        return Run(
            run_id=self._run_id,
            job="assets",
            status=RunStatus.STARTING,
            location=self._cell.location,
            target=", ".join(self._step.asset_keys) or self._step.key,
            launched_by="notebook",
            created_at=self._clock.now(),
            root_run_id=self._run_id,
            process=this_process(),
        )

    def _give(self, name: str) -> None:
        """Puts an input into the user's namespace, unless it is there."""
        found: Input = self._inputs.values[name]
        if found.how == "stored":
            value = load_value(found.made, self._managers, name)
            self._session.namespace[name] = value
            self._session.held.hold(name, value, found.made)
        elif name in self._cell.own_inputs and self._session.held.keeps(name):
            self._session.held.give_anew(name, self._session.namespace)
        passed = ValuePassed(name=name, asset_key=found.made.asset_key, how=found.how)
        self._recorder.tell(EventType.STEP_INPUT, passed)

    def _record_what_was_run(self) -> None:
        """Lets the record tell what the kernel really holds, where that is not what the notebook says."""
        versions = {key: made.data_version for key, made in self._inputs.versions.items()}
        reason = why_different(self._session, self._cell, versions)
        if reason is not None:
            code = made_otherwise(self._step.code_version, self._step.code_parts, reason)
            self._step = self._recorder.step = replace(self._step, **code.of_step)

    def _judge(self, verdict: AssetCheckResult) -> StepOutcome:
        return self._succeed([verdict])

    def _succeed(self, results: Iterable[object]) -> StepOutcome:
        announcer = Announcer(recorder=self._recorder, context=self._context.op_execution_context)
        for result in results:
            announcer.take(result)
        announcer.finish()
        outcome = self._recorder.succeed()
        self._end(EventType.RUN_SUCCESS, None)
        self.is_open = False
        return outcome

    def _end(self, kind: EventType, failure: Failure | None) -> None:
        self._tell(kind, RunEnded(failure=failure))
        self._writer.close()

    def _tell(self, kind: EventType, payload: Payload | None = None) -> None:
        self._append(Event(run_id=self._run_id, type=kind, at=self._clock.now(), payload=payload))

    def _append(self, event: Event) -> None:
        self._writer.append(event)

    def _as_seen(self, failure: Failure) -> Failure:
        """Without IPython's frames, and with names of cells instead of the files that IPython makes up for them."""
        frames = [frame for frame in failure.frames if f'File "{_IPYTHON}' not in frame]
        return replace(
            failure,
            frames=tuple(_FILE.sub(self._named, frame) for frame in frames),
            cause=self._as_seen(failure.cause) if failure.cause else None,
        )

    def _named(self, found: re.Match[str]) -> str:
        if found["name"] == self._code_name:
            name = self._cell.program.filename(self._cell.program.parts[-1])
        else:
            name = " ".join(self._session.shell.compile.format_code_name(found["name"]) or [found["name"]])
        return f'File "{name}"'
