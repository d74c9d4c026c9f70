"""One step, from its inputs to its stored outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from daglab.definitions.context import AssetExecutionContext
from daglab.definitions.io_manager import IOManager
from daglab.errors import ValueMissingError
from daglab.execution.capture import captured_output
from daglab.execution.handover import can_be_handed_over, handed_over
from daglab.execution.loading import load_value
from daglab.execution.outputs import Results, collect_results, has_value
from daglab.execution.ports import StepOutcome, StepTask
from daglab.execution.recording import StepRecorder
from daglab.foundation.clock import Clock
from daglab.planning.plan import Step
from daglab.records.events import Event, EventType, ValuePassed


@dataclass(frozen=True, kw_only=True)
class _Held:
    data_version: str
    value: Any


class StepExecutor:
    """Runs the steps of one run that fall to this process, one at a time.

    Args:
        run_id: the run.
        steps: all steps of the plan by key.
        io_managers: by resource key.
        emit: takes the events, in order, from any thread.
        clock: tells the time of events.
    """

    def __init__(
        self,
        *,
        run_id: str,
        steps: Mapping[str, Step],
        io_managers: Mapping[str, IOManager],
        emit: Callable[[Event], None],
        clock: Clock,
    ) -> None:
        self._run_id = run_id
        self._steps = steps
        self._io_managers = io_managers
        self._emit = emit
        self._clock = clock
        self._held: dict[str, _Held] = {}

    @property
    def held_keys(self) -> frozenset[str]:
        """The assets whose values this process keeps for later steps."""
        return frozenset(self._held)

    def run(self, task: StepTask) -> StepOutcome:
        """Runs one step; whatever happens in it becomes its outcome."""
        for key in task.forget:
            self._held.pop(key, None)
        recorder = StepRecorder(
            run_id=self._run_id,
            step=self._steps[task.step_key],
            inputs=task.inputs,
            io_managers=self._io_managers,
            emit=self._emit,
            clock=self._clock,
        )
        try:
            context = recorder.start()
            results = self._compute(recorder, context)
            outcome = recorder.succeed(context, results)
        except BaseException as error:
            return recorder.fail(error)
        self._keep(outcome, results)
        return outcome

    def _compute(self, recorder: StepRecorder, context: AssetExecutionContext) -> Results:
        definition = recorder.step.definition
        with captured_output(recorder.tell_printed):
            inputs = {
                name: self._input(recorder, name, str(key))
                for name, key in definition.keys_by_input.items()
                if definition.node.ins[name].passes_value
            }
            return collect_results(definition, definition.node.compute(context, inputs))

    def _input(self, recorder: StepRecorder, name: str, key: str) -> Any:
        held, wanted = self._held.get(key), recorder.inputs.get(key)
        if wanted is None:
            raise ValueMissingError(f"asset {key!r}, which this step needs, was never stored", hint="materialize it")
        if held is not None and held.data_version == wanted.data_version:
            how, value = "memory", handed_over(held.value)
        else:
            how, value = "stored", load_value(wanted, self._io_managers, name)
        recorder.tell(EventType.STEP_INPUT, ValuePassed(name=name, asset_key=key, how=how))
        return value

    def _keep(self, outcome: StepOutcome, results: Results) -> None:
        """Keeps what was made for the steps to come, where that saves them a load."""
        by_key = {made.asset_key: made.data_version for made in outcome.materializations}
        for name, spec in self._steps[outcome.step_key].definition.specs.items():
            output, version = results.outputs.get(name), by_key.get(str(spec.key))
            if output and version and has_value(output) and can_be_handed_over(output.value):
                # What made it may still have its hands on it.
                self._held[str(spec.key)] = _Held(data_version=version, value=handed_over(output.value))
