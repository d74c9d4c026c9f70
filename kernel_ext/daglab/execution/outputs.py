"""From what a computation gives back to its named outputs."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import GeneratorType
from typing import Any

from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.results import NO_VALUE, AssetCheckResult, MaterializeResult, Output
from daglab.definitions.specs import key_of
from daglab.errors import InvocationError


@dataclass(kw_only=True)
class Results:
    """What one call of a computation made: outputs and verdicts by output name."""

    outputs: dict[str, Output[Any]] = field(default_factory=dict)
    verdicts: dict[str, AssetCheckResult] = field(default_factory=dict)


def collect_results(definition: AssetsDefinition, raw: object) -> Results:
    """Sorts what a computation gave back.

    Raises:
        InvocationError: it does not fit what was declared: an unknown output, one too few, one twice, no verdict.
    """
    if inspect.iscoroutine(raw):
        raw = asyncio.run(raw)
    results = Results()
    for one in _each(definition, raw):
        _place(definition, one, results)
    _refuse_missing(definition, results)
    return results


def _each(definition: AssetsDefinition, raw: object) -> Iterator[object]:
    outs = definition.node.outs
    if isinstance(raw, GeneratorType):
        yield from raw
    elif inspect.isasyncgen(raw):
        yield from asyncio.run(_drained(raw))
    elif len(outs) > 1 and isinstance(raw, tuple) and not _are_results(raw):
        if len(raw) != len(outs):
            raise InvocationError(
                f"step {definition.node.name!r} gave back {len(raw)} values for {len(outs)} outputs",
                hint=f"give back one for each of {list(outs)}",
            )
        yield from (Output(value, output_name=name) for name, value in zip(outs, raw, strict=True))
    elif isinstance(raw, tuple) and _are_results(raw):
        yield from raw
    else:
        yield raw


async def _drained(values: Any) -> list[object]:
    return [one async for one in values]


def _are_results(values: Iterable[object]) -> bool:
    found = list(values)
    return bool(found) and all(isinstance(one, (Output, MaterializeResult, AssetCheckResult)) for one in found)


def _place(definition: AssetsDefinition, one: object, results: Results) -> None:
    if isinstance(one, AssetCheckResult):
        results.verdicts[_check_output(definition, one)] = one
        return
    if isinstance(one, MaterializeResult):
        for verdict in one.check_results:
            results.verdicts[_check_output(definition, verdict)] = verdict
        one = Output(
            one.value,
            output_name=_asset_output(definition, one),
            metadata=one.metadata,
            data_version=one.data_version,
        )
    if not isinstance(one, Output):
        if definition.check_specs and not definition.specs:
            name = next(iter(definition.check_specs))
            results.verdicts[name] = AssetCheckResult(passed=_as_verdict(definition, one))
            return
        one = Output(one, output_name=next(iter(definition.specs)))
    if one.output_name not in definition.node.outs:
        raise InvocationError(
            f"step {definition.node.name!r} has no output {one.output_name!r}",
            hint=f"its outputs are {list(definition.node.outs)}",
        )
    if one.output_name in results.outputs:
        raise InvocationError(f"step {definition.node.name!r} gave back its output {one.output_name!r} twice")
    results.outputs[one.output_name] = one


def _as_verdict(definition: AssetsDefinition, value: Any) -> bool:
    """True and False, numpy's included; anything else is no verdict."""
    if isinstance(value, bool) or (type(value).__name__ in ("bool", "bool_") and getattr(value, "shape", None) == ()):
        return bool(value)
    raise InvocationError(
        f"check {definition.node.name!r} gave back {value!r:.200}, of type {type(value).__name__}",
        hint="give back True, False or an AssetCheckResult",
    )


def _asset_output(definition: AssetsDefinition, result: MaterializeResult[Any]) -> str:
    if result.asset_key is None:
        if len(definition.specs) == 1:
            return next(iter(definition.specs))
        raise InvocationError(
            f"step {definition.node.name!r} makes {len(definition.specs)} assets and a MaterializeResult names none",
            hint="give it an asset_key",
        )
    key = key_of(result.asset_key)
    for name, spec in definition.specs.items():
        if spec.key == key:
            return name
    raise InvocationError(
        f"step {definition.node.name!r} does not make {str(key)!r}",
        hint=f"it makes {[str(spec.key) for spec in definition.specs.values()]}",
    )


def _check_output(definition: AssetsDefinition, result: AssetCheckResult) -> str:
    for name, spec in definition.check_specs.items():
        fits_name = result.check_name in (None, spec.name)
        fits_asset = result.asset_key is None or key_of(result.asset_key) == spec.key.asset_key
        if fits_name and fits_asset:
            return name
    raise InvocationError(
        f"step {definition.node.name!r} gave back a verdict for {result.check_name!r}, a check it does not declare",
        hint=f"it declares {[spec.name for spec in definition.check_specs.values()]}",
    )


def _refuse_missing(definition: AssetsDefinition, results: Results) -> None:
    given = {*results.outputs, *results.verdicts}
    missing = [name for name, out in definition.node.outs.items() if out.is_required and name not in given]
    if missing:
        raise InvocationError(f"step {definition.node.name!r} did not give back its output {missing[0]!r}")


def has_value(output: Output[Any]) -> bool:
    """Whether there is something to store."""
    return output.value is not NO_VALUE
