"""What is told of values: inputs, outputs, assets and checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from daglab.definitions.metadata import MetadataValue
from daglab.definitions.nodes import DEFAULT_IO_MANAGER_KEY, DEFAULT_OUTPUT
from daglab.definitions.types.nothing import Nothing
from daglab.history import event_data as data
from daglab.history import public_values as public
from daglab.history.run_events import RunEvent, RunEventType
from daglab.history.telling import Teller
from daglab.planning.steps import ExecutionPlan
from daglab.records.assets import CheckEvaluation, Materialization, Observation
from daglab.records.events import Event, EventType, Expectation, OutputHandled, ValuePassed


class ValueStory(Teller):
    """Tells of values.

    Args:
        job_name: the job.
        plan: of the run, where it is at hand.
        pid: the process that ran it.
    """

    def __init__(self, *, job_name: str, plan: ExecutionPlan | None = None, pid: int | None = None) -> None:
        super().__init__(job_name=job_name, plan=plan, pid=pid)
        self._types: dict[tuple[str, str], str] = {}  # of the outputs that are assets, by step and asset
        self._outputs: dict[str, tuple[str, str]] = {}  # of which step and output an asset is
        self._managers: dict[tuple[str, str], str] = {}
        self._made: dict[str, data.CheckTargetData] = {}
        self._given: dict[str, list[RunEvent]] = {}
        self._said: dict[tuple[str, str, str], Mapping[str, MetadataValue]] = {}

    def look_ahead(self, events: Sequence[Event]) -> None:
        """Finds out what is said of outputs once they are stored: it is told when they are given back."""
        for event in events:
            match event.payload:
                case OutputHandled(output=output, metadata=metadata) if metadata:
                    self._said[event.step_key, output.name, output.mapping_key] = metadata
                case Materialization() as made if made.metadata:
                    self._said[event.step_key, "", made.asset_key] = made.metadata

    def input_given(self, event: Event) -> Iterator[RunEvent]:
        """STEP_INPUT, and a LOADED_INPUT for each value that it was loaded from."""
        told = event.payload
        if not isinstance(told, ValuePassed):
            return
        step, name = self.step_of(event.step_key), told.name
        declared = step.op.ins.get(name) if step else None
        own_manager = declared.input_manager_key if declared else None
        sources: Sequence[str | None] = told.sources or ([None] if told.how == "stored" or own_manager else [])
        for source in sources:
            from_step, output, manager = self._upstream(source, told.asset_key)
            manager = own_manager or manager
            message = f'Loaded input "{name}" using the IO manager "{manager}"'
            message += f', from output "{output}" of step "{from_step}"' if from_step else ""
            loaded = data.LoadedInputData(name, manager, output, from_step, told.loaded)
            yield self.of_step(event, RunEventType.LOADED_INPUT, message, loaded)
        verdict = _type_check(told)
        message = f'Got input "{name}" of type "{told.type_name}". {_verdict_text(told)}'
        given = self.of_step(event, RunEventType.STEP_INPUT, message, data.StepInputData(name, verdict))
        self._given.setdefault(event.step_key, []).append(given)

    def all_given(self, event: Event) -> Iterator[RunEvent]:
        """The STEP_INPUTs of a step, which follow all that it has loaded, once something else happens in it."""
        if self._given and event.type is not EventType.STEP_INPUT:
            yield from self._given.pop(event.step_key, ())

    def rest(self) -> list[RunEvent]:
        """What is left to tell when nothing more has happened yet."""
        left = [one for given in self._given.values() for one in given]
        self._given.clear()
        return left

    def _upstream(self, source: str | None, asset_key: str) -> tuple[str | None, str | None, str]:
        """Step, output and IO manager that an input comes from; no step where no step of this run made it."""
        if source is None:
            return None, None, DEFAULT_IO_MANAGER_KEY
        if asset_key:
            found = self._outputs.get(asset_key)
            if found is None:
                return None, None, DEFAULT_IO_MANAGER_KEY
            step_key, output = found
        else:
            step_key, _, output = source.rpartition(".")
        return step_key, output, self._manager(step_key, output)

    def _manager(self, step_key: str, output: str) -> str:
        known = self._managers.get((step_key, output))
        step = self.step_of(step_key)
        out = step.op.outs.get(output) if step else None
        return known or (out.io_manager_key if out else DEFAULT_IO_MANAGER_KEY)

    def output_given(self, event: Event) -> Iterator[RunEvent]:
        """STEP_OUTPUT."""
        told = event.payload
        if not isinstance(told, ValuePassed):
            return
        step_key, key = event.step_key, told.asset_key
        if key:
            self._types[step_key, key] = told.type_name
            self._outputs[key] = (step_key, told.name)
        said = self._said.get((step_key, "", key) if key else (step_key, told.name, told.mapping_key), {})
        yield self._gave_back(event, told, said)

    def _gave_back(self, event: Event, told: ValuePassed, said: Mapping[str, MetadataValue]) -> RunEvent:
        handle = data.StepOutputHandle(event.step_key, told.name, told.mapping_key or None)
        which = f'"{told.name}" mapping key "{told.mapping_key}"' if told.mapping_key else f'"{told.name}"'
        message = f'Gave back output {which} of type "{told.type_name}". {_verdict_text(told)}'
        facts = data.StepOutputData(handle, _type_check(told), metadata=said)
        return self.of_step(event, RunEventType.STEP_OUTPUT, message, facts)

    def output_handled(self, event: Event) -> Iterator[RunEvent]:
        """HANDLED_OUTPUT."""
        if isinstance(event.payload, OutputHandled):
            output = event.payload.output
            yield self._handled(event, output.name, output.io_manager_key, event.payload.metadata)

    def _handled(self, event: Event, name: str, manager: str, facts: Mapping[str, MetadataValue]) -> RunEvent:
        self._managers[event.step_key, name] = manager
        message = f'Stored output "{name}" using the IO manager "{manager}"'
        return self.of_step(event, RunEventType.HANDLED_OUTPUT, message, data.HandledOutputData(name, manager, facts))

    def asset_made(self, event: Event) -> Iterator[RunEvent]:
        """ASSET_MATERIALIZATION; of an output, with the HANDLED_OUTPUT that it goes with."""
        made = event.payload
        if not isinstance(made, Materialization):
            return
        key, step_key = made.asset_key, event.step_key
        is_output = public.is_of_output(made)
        gave_value = (step_key, key) in self._types
        if is_output and not gave_value:
            # The code stored the value itself, and gave back that it did.
            self._outputs[key] = (step_key, self._output_of(step_key, key))
            told = ValuePassed(name=self._outputs[key][1], asset_key=key, type_name=self._type_of(step_key, key))
            yield self._gave_back(event, told, made.metadata)
        target = data.CheckTargetData(event.event_id, event.run_id, event.at.timestamp())
        self._made[key] = target
        facts = data.StepMaterializationData(public.materialization_of(made))
        yield self.of_step(event, RunEventType.ASSET_MATERIALIZATION, f"Materialized {key}.", facts)
        if is_output and gave_value and self._types[step_key, key] != Nothing.__name__:
            yield self._handled(event, self._outputs[key][1], made.io_manager_key, made.metadata)

    def _output_of(self, step_key: str, asset_key: str) -> str:
        step = self.step_of(step_key)
        specs = step.specs.items() if step else ()
        return next((name for name, spec in specs if str(spec.key) == asset_key), DEFAULT_OUTPUT)

    def _type_of(self, step_key: str, asset_key: str) -> str:
        step = self.step_of(step_key)
        out = step.op.outs.get(self._output_of(step_key, asset_key)) if step else None
        return str(out.type.display_name) if out else "Any"

    def asset_seen(self, event: Event) -> Iterator[RunEvent]:
        """ASSET_OBSERVATION."""
        if isinstance(event.payload, Observation):
            facts = data.AssetObservationData(public.observation_of(event.payload))
            message = f"Observed {event.payload.asset_key}."
            yield self.of_step(event, RunEventType.ASSET_OBSERVATION, message, facts)

    def check_evaluated(self, event: Event) -> Iterator[RunEvent]:
        """ASSET_CHECK_EVALUATION."""
        verdict = event.payload
        if not isinstance(verdict, CheckEvaluation):
            return
        target = self._made.get(verdict.asset_key)
        if target is None and verdict.target_at is not None:
            target = data.CheckTargetData(0, verdict.target_run_id, verdict.target_at.timestamp())
        facts = public.check_evaluation_of(verdict, target)
        message = f"The check {verdict.check_name!r} of {verdict.asset_key!r} "
        message += "passed." if verdict.passed else "did not pass."
        message += f" {verdict.message}" if verdict.message else ""
        yield self.of_step(event, RunEventType.ASSET_CHECK_EVALUATION, message, facts)

    def expectation(self, event: Event) -> Iterator[RunEvent]:
        """STEP_EXPECTATION_RESULT."""
        if isinstance(event.payload, Expectation):
            facts = data.StepExpectationResultData(public.expectation_of(event.payload))
            message = f"{event.payload.label}: {'as expected' if event.payload.success else 'not as expected'}"
            yield self.of_step(event, RunEventType.STEP_EXPECTATION_RESULT, message, facts)


def _type_check(told: ValuePassed) -> data.TypeCheckData:
    return data.TypeCheckData(told.fits, told.name, told.description or None, told.metadata)


def _verdict_text(told: ValuePassed) -> str:
    return "(Type check passed)." if told.fits else "Type check failed!"
