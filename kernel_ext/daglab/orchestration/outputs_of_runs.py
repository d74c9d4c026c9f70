"""What the steps of a run gave back, as its events tell."""

from __future__ import annotations

from collections.abc import Iterator

from daglab.orchestration.instance import Instance
from daglab.records.assets import Materialization
from daglab.records.events import Event, EventType, OutputHandled, ValuePassed
from daglab.records.outputs import StepOutput

_PAGE = 10_000
_TELLING = (
    EventType.STEP_OUTPUT,
    EventType.HANDLED_OUTPUT,
    EventType.ASSET_MATERIALIZATION,
    EventType.STEP_SUCCESS,
)


def all_events(instance: Instance, run_id: str, *types: EventType) -> Iterator[Event]:
    """All events of some types that a run has, in order."""
    after = 0
    while found := instance.store.events(run_id=run_id, types=types, after=after, limit=_PAGE):
        yield from found
        after = found[-1].event_id


def outputs_of_run(instance: Instance, run_id: str) -> dict[str, tuple[StepOutput, ...]]:
    """What the steps of a run gave back, by step, be it nothing; what it took over from an earlier run is included."""
    run = instance.store.run(run_id)
    found = outputs_of_run(instance, run.parent_run_id) if run.parent_run_id else {}
    own: dict[str, dict[tuple[str, str], StepOutput]] = {}
    names: dict[tuple[str, str], str] = {}
    for event in all_events(instance, run.run_id, *_TELLING):
        if event.type is EventType.STEP_SUCCESS:
            own.setdefault(event.step_key, {})
        output = _output_of(event, names)
        if output is not None:
            own.setdefault(event.step_key, {})[output.name, output.mapping_key] = output
    found.update({key: tuple(outputs.values()) for key, outputs in own.items()})
    return found


def _output_of(event: Event, names: dict[tuple[str, str], str]) -> StepOutput | None:
    match event.payload:
        case ValuePassed() as passed if passed.fits:
            # Until it is stored, or for good: some outputs carry no value.
            names[event.step_key, passed.asset_key] = passed.name
            return StepOutput(
                run_id=event.run_id,
                step_key=event.step_key,
                name=passed.name,
                mapping_key=passed.mapping_key,
                io_manager_key="",
                asset_key=passed.asset_key,
            )
        case OutputHandled() as handled:
            return handled.output
        case Materialization() as made if (event.step_key, made.asset_key) in names:
            return StepOutput(
                run_id=made.run_id,
                step_key=made.step_key,
                name=names[event.step_key, made.asset_key],
                io_manager_key=made.io_manager_key,
                asset_key=made.asset_key,
                partition=made.partition,
                stored=made.stored,
            )
    return None
