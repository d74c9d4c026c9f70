"""From what a computation gives back to a stream of results, in the order in which they are made."""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from types import GeneratorType
from typing import Any

from daglab.definitions.data_version import DATA_VERSION_TAG, DataVersion, DataVersionsByPartition
from daglab.definitions.dynamic import DynamicOutput
from daglab.definitions.function_compute import FunctionCompute, resolve_annotations
from daglab.definitions.nodes import DEFAULT_OUTPUT, Out
from daglab.definitions.results import AssetCheckResult, MaterializeResult, ObserveResult, Output
from daglab.definitions.user_events import (
    AssetCheckEvaluation,
    AssetMaterialization,
    AssetObservation,
    ExpectationResult,
)
from daglab.errors import InvalidInvocationError, InvariantViolationError
from daglab.foundation.event_loop import RunLoop
from daglab.planning.steps import Step

RESULTS = (
    Output,
    DynamicOutput,
    MaterializeResult,
    ObserveResult,
    AssetCheckResult,
    AssetMaterialization,
    AssetObservation,
    AssetCheckEvaluation,
    ExpectationResult,
)


def results_of(
    step: Step, raw: object, loop: RunLoop, *, exactly: Callable[[], str | None] = lambda: None
) -> Iterator[object]:
    """Gives what a computation gave back as results, one by one; a generator goes on only when asked for the next.

    Args:
        step: what was computed.
        raw: what that gave back.
        loop: runs what is asynchronous in it.
        exactly: asked once the computation has ended. Where that has to give back just what is to be recorded, so that
            nothing is read into it: what to do about anything else; else None.

    Raises:
        InvariantViolationError: it does not fit what was declared.
    """
    if inspect.iscoroutine(raw):
        raw = loop.run_until_complete(raw)
    if isinstance(raw, GeneratorType):
        yield from _yielded(step, raw)
    elif inspect.isasyncgen(raw):
        values: Any = raw
        yield from _yielded(step, _drained(values, loop))
    elif (advice := exactly()) is not None:
        yield from _just_results(step, raw, advice)
    else:
        yield from _returned(step, raw)


def renamed(output: Output[Any], name: str) -> Output[Any]:
    """The same under another name."""
    return Output(output.value, name, metadata=output.metadata, data_version=output.data_version, tags=output.tags)


def _yielded(step: Step, values: Iterator[object]) -> Iterator[object]:
    for one in values:
        if not isinstance(one, RESULTS):
            raise InvariantViolationError(
                f"step {step.key!r} yielded {one!r:.200}, of type {type(one).__name__}",
                hint="a generator yields Output, MaterializeResult, AssetCheckResult and the like; or return the value",
            )
        yield one


def _just_results(step: Step, raw: object, advice: str) -> Iterator[object]:
    for one in () if raw is None else raw if isinstance(raw, (tuple, list)) else (raw,):
        if not isinstance(one, RESULTS):
            raise InvariantViolationError(
                f"step {step.key!r} gave back {one!r:.200}, of type {type(one).__name__}", hint=advice
            )
        yield one


def _returned(step: Step, raw: object) -> Iterator[object]:
    if isinstance(raw, (AssetMaterialization, ExpectationResult)):
        raise InvariantViolationError(
            f"step {step.key!r} returned {type(raw).__name__}, which is no output",
            hint="yield it, or pass it to context.log_event; then return the output",
        )
    if isinstance(raw, (AssetCheckResult, ObserveResult)):
        yield raw
    elif step.specs and getattr(step.definition, "is_observable", False):
        yield from _seen(step, raw)
    elif not step.op.outs:
        yield from _of_no_output(step, raw)
    else:
        yield from _by_position(step, raw)


def _seen(step: Step, raw: object) -> Iterator[object]:
    """What code that only looks at an asset gave back: its version, or that of each partition."""
    [key] = [spec.key for spec in step.specs.values()] if len(step.specs) == 1 else [None]
    if key is not None and isinstance(raw, DataVersion):
        yield ObserveResult(key, data_version=raw)
    elif key is not None and isinstance(raw, DataVersionsByPartition):
        for partition, version in raw.data_versions_by_partition.items():
            yield AssetObservation(key, partition=partition, tags={DATA_VERSION_TAG: version.value})
    elif raw is not None:
        raise InvariantViolationError(
            f"step {step.key!r} looks at an asset and gave back {raw!r:.200}, of type {type(raw).__name__}",
            hint="give back a DataVersion, DataVersionsByPartition or ObserveResult",
        )


def _by_position(step: Step, raw: object) -> Iterator[object]:
    outs = _without_told_checks(step, raw)
    annotations = _annotations(step, len(outs))
    if len(outs) < 2:
        [(name, out)] = outs.items() if outs else [next(iter(step.op.outs.items()))]
        yield from _of_one_output(step, name, out, raw, annotations[0])
        return
    for (name, out), one, annotation in zip(outs.items(), _several(step, outs, raw), annotations, strict=True):
        yield from _of_one_output(step, name, out, one, annotation)


def _several(step: Step, outs: Mapping[str, Out], raw: object) -> Sequence[object]:
    """What was given back for several outputs, one by one."""
    if raw is None and all(not out.carries_value and out.is_required for out in outs.values()):
        return [None] * len(outs)
    if not isinstance(raw, tuple):
        raise InvariantViolationError(
            f"step {step.key!r} has {len(outs)} outputs and gave back one value of type {type(raw).__name__}",
            hint=f"return a tuple with one value for each of {list(outs)}, or yield an Output for each",
        )
    if len(raw) != len(outs):
        raise InvariantViolationError(
            f"step {step.key!r} gave back {len(raw)} values for {len(outs)} outputs",
            hint=f"give back one for each of {list(outs)}",
        )
    return raw


def _without_told_checks(step: Step, raw: object) -> Mapping[str, Out]:
    """The outputs that what was given back is to fill: not the checks whose verdicts came within other results."""
    several = raw if isinstance(raw, tuple) else (raw,)
    told = [
        one
        for each in several
        if isinstance(each, (MaterializeResult, ObserveResult))
        for one in each.check_results or ()
    ]
    names = {
        name
        for name, spec in step.check_specs.items()
        for one in told
        if one.check_name in (None, spec.name) and one.asset_key in (None, spec.key.asset_key)
    }
    return {name: out for name, out in step.op.outs.items() if name not in names}


def _annotations(step: Step, count: int) -> list[Any]:
    """How the function is annotated to give back each output; `empty` where it does not say."""
    compute = step.op.compute
    found = _return_annotation(compute.function) if isinstance(compute, FunctionCompute) else inspect.Signature.empty
    if count < 2:
        return [found]
    parts = typing.get_args(found)
    return list(parts) if len(parts) == count else [inspect.Signature.empty] * count


@functools.lru_cache(maxsize=1024)
def _return_annotation(function: Callable[..., Any]) -> Any:
    return resolve_annotations(function).get("return", inspect.Signature.empty)


def _is_of_outputs(annotation: Any) -> bool:
    return annotation is Output or typing.get_origin(annotation) is Output


def _of_no_output(step: Step, raw: object) -> Iterator[object]:
    if raw is not None:
        raise InvariantViolationError(
            f"step {step.key!r} has no outputs and gave back a value of type {type(raw).__name__}",
            hint="declare an output, or return nothing",
        )
    yield from ()


def _of_one_output(step: Step, name: str, out: Out, raw: object, annotation: Any) -> Iterator[object]:
    if isinstance(raw, (MaterializeResult, AssetCheckResult, ObserveResult)):
        yield raw
    elif name in step.check_specs and not isinstance(raw, Output):
        yield AssetCheckResult(passed=_as_verdict(step, raw), check_name=step.check_specs[name].name)
    elif out.is_dynamic:
        yield from _of_dynamic_output(step, name, raw)
    elif isinstance(raw, DynamicOutput):
        yield raw
    elif isinstance(raw, Output):
        if annotation is not inspect.Signature.empty and annotation is not Any and not _is_of_outputs(annotation):
            raise InvariantViolationError(
                f"step {step.key!r} gave back an Output for {name!r}, which is annotated with {annotation!r}",
                hint="annotate it with Output[...], or give back the plain value",
            )
        yield _named(step, raw, name)
    elif _is_of_outputs(annotation):
        raise InvariantViolationError(
            f"step {step.key!r} gave back {raw!r:.200} for {name!r}, which is annotated with {annotation!r}",
            hint="give back Output(...)",
        )
    else:
        yield Output(raw, output_name=name)


def _named(step: Step, output: Output[Any], name: str) -> Output[Any]:
    if output.output_name == name:
        return output
    if output.output_name == DEFAULT_OUTPUT:
        return renamed(output, name)
    raise InvariantViolationError(
        f"step {step.key!r} gave back output {output.output_name!r} where {name!r} was expected",
        hint=f"the order of its outputs is {list(step.op.outs)}",
    )


def _of_dynamic_output(step: Step, name: str, raw: object) -> Iterator[object]:
    if not isinstance(raw, list):
        raise InvariantViolationError(
            f"step {step.key!r} gave back {type(raw).__name__} for its dynamic output {name!r}",
            hint="give back a list of DynamicOutput, or yield each",
        )
    for one in raw:
        if not isinstance(one, DynamicOutput):
            raise InvariantViolationError(
                f"step {step.key!r} gave back {one!r:.200} in the list for its dynamic output {name!r}",
                hint="give back DynamicOutput(value, mapping_key=...)",
            )
        if one.output_name not in (name, DEFAULT_OUTPUT):
            raise InvariantViolationError(
                f"step {step.key!r} gave back a DynamicOutput for {one.output_name!r} where {name!r} was expected"
            )
        yield DynamicOutput(one.value, mapping_key=one.mapping_key, output_name=name, metadata=one.metadata)


def _as_verdict(step: Step, value: Any) -> bool:
    """True and False, numpy's included; anything else is no verdict."""
    if isinstance(value, bool) or (type(value).__name__ in ("bool", "bool_") and getattr(value, "shape", None) == ()):
        return bool(value)
    raise InvalidInvocationError(
        f"check {step.key!r} gave back {value!r:.200}, of type {type(value).__name__}",
        hint="give back True, False or an AssetCheckResult",
    )


def _drained(values: AsyncGenerator[object, None], loop: RunLoop) -> Iterator[object]:
    """What an asynchronous generator gives, one by one."""
    try:
        while True:
            try:
                one = loop.run_until_complete(anext(values))
            except StopAsyncIteration:
                return
            yield one
    finally:
        loop.run_until_complete(values.aclose())
