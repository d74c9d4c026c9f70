"""Values on their way to where they are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import GeneratorType
from typing import Any

from daglab.definitions.contexts.op_context import OpExecutionContext
from daglab.definitions.io_manager import OutputContext
from daglab.definitions.metadata import MetadataValue
from daglab.definitions.nodes import Out
from daglab.definitions.specs import AssetSpec
from daglab.definitions.user_events import AssetMaterialization, AssetObservation
from daglab.errors import DaglabError, HandleOutputError, InvariantViolationError
from daglab.execution.loading import io_manager_named
from daglab.execution.recording import StepRecorder

TakeEvent = Callable[[object], None]


def output_context(
    recorder: StepRecorder,
    context: OpExecutionContext,
    name: str,
    out: Out,
    mapping_key: str,
    spec: AssetSpec | None,
    metadata: Mapping[str, MetadataValue],
) -> OutputContext:
    """What an IO manager is told of a value that it is to store.

    Args:
        recorder: of the step.
        context: of its op.
        name: the output.
        out: its declaration.
        mapping_key: which value of a dynamic output.
        spec: what is said of the asset, if it is one.
        metadata: what the step's code said of the value.
    """
    step, run = recorder.step, recorder.setting.run
    return OutputContext(
        step_key=step.key,
        name=name,
        run_id=recorder.run_id,
        mapping_key=mapping_key or None,
        job_name=run.job_name,
        op_def=step.op,
        config=step.output_configs.get(name),
        definition_metadata={**(out.metadata or {}), **(spec.metadata if spec else {})},
        output_metadata=metadata,
        dagster_type=out.type,
        log_manager=recorder.facts.log,
        resource_config=run.resource_configs.get(out.io_manager_key),
        resources=recorder.setting.resources,
        step_context=context,
        asset_key=spec.key if spec else None,
        asset_spec=spec,
        partition_key=recorder.partition_of(spec),
        asset_partition_keys=recorder.partitions.made(spec),
        asset_partitions_def=getattr(spec, "partitions_def", None),
        instance=run.instance,
    )


def store(recorder: StepRecorder, told: OutputContext, io_manager_key: str, value: Any, take_event: TakeEvent) -> None:
    """Hands a value to its IO manager; what that says meanwhile is taken as events.

    Raises:
        HandleOutputError: the IO manager raised.
        ValueStoreError: the value cannot be stored.
    """
    manager = io_manager_named(recorder.setting.managers, io_manager_key, told.label)
    try:
        said = manager.handle_output(told, value)
        if isinstance(said, GeneratorType):
            _take_said(told, said, take_event)
        for event in told.consume_events():
            take_event(event)
    except DaglabError:
        raise
    except Exception as error:
        kind = type(value).__name__
        raise HandleOutputError(
            f"{told.label!r}: {type(manager).__name__} could not store its value of type {kind}: {error}",
            user_exception=error,
        ) from error


def _take_said(told: OutputContext, said: Iterable[Any], take_event: TakeEvent) -> None:
    """Takes what an IO manager yields while it stores a value: events, and facts about the value."""
    for one in said:
        if isinstance(one, (AssetMaterialization, AssetObservation)):
            take_event(one)
        elif isinstance(one, Mapping):
            told.add_output_metadata(one)
        else:
            raise InvariantViolationError(f"the IO manager of {told.label!r} yielded {one!r:.200}")
