"""Ops that are called directly, as functions: in tests and in notebooks."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from daglab.definitions.contexts.op_context import OpExecutionContext
from daglab.definitions.invocation.arguments import (
    Arguments,
    Called,
    resolve_inputs,
    sort_arguments,
    take_context,
)
from daglab.definitions.invocation.direct_contexts import (
    DirectContext,
    build_asset_check_context,
    build_asset_context,
    build_op_context,
)
from daglab.definitions.invocation.direct_state import DirectState
from daglab.definitions.invocation.outputs import OutputCheck
from daglab.definitions.resources.building import LooseResources
from daglab.definitions.sentinel import NO_VALUE
from daglab.errors import InvalidDefinitionError, InvalidInvocationError, InvariantViolationError, suggest

if TYPE_CHECKING:
    from daglab.definitions.assets import AssetsDefinition
    from daglab.definitions.op_definition import OpDefinition


def invoke_op(
    op: OpDefinition,
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    *,
    alias: str | None = None,
    assets_def: AssetsDefinition | None = None,
) -> Any:
    """Calls the function of an op; inputs, config and outputs are checked as in a run, and nothing is stored.

    Args:
        op: the op.
        args: its arguments by position: the context first, where it takes one, then inputs, resources and config.
        kwargs: its arguments by name.
        alias: what it is called instead of its name.
        assets_def: the assets that it makes.

    Returns:
        What the function gives back, as it is; a generator, async generator or coroutine where the function makes one.

    Raises:
        InvalidInvocationError: the arguments do not fit.
        InvalidConfigError: the config does not fit.
        InvalidDefinitionError: a resource is missing.
        TypeCheckDidNotPass: an input or output is not of its type.
        InvariantViolationError: what it gives back is not what is declared.
    """
    function = getattr(op.compute, "function", None)
    if function is None:
        raise InvalidInvocationError(
            f"{op.name!r} was not made by decorating a function, so it cannot be called", hint="run it in a job"
        )
    called = Called(op=op, name=alias or op.name, function=function)
    given_context, args, others = take_context(called, args, kwargs)
    context: Any = given_context or _plain_context(assets_def)
    given = sort_arguments(called, args, others)
    _bind(called, context, given, assets_def)
    try:
        result = op.compute(context, resolve_inputs(called, given, context))
        return _checked(result, OutputCheck(called, assets_def, context))
    except BaseException:
        context._state.unbind()
        raise


def _plain_context(assets_def: AssetsDefinition | None) -> DirectContext:
    if assets_def is None:
        return build_op_context()
    return build_asset_context() if assets_def.specs_by_output else build_asset_check_context()


def _bind(called: Called, context: DirectContext, given: Arguments, assets_def: AssetsDefinition | None) -> None:
    state = context._state
    if assets_def is None and not isinstance(context, OpExecutionContext):
        raise InvariantViolationError(
            f"op {called.name!r} was called with a {type(context).__name__}", hint="give build_op_context()"
        )
    state.check_free()
    borrowed = _borrowed_resources(called, state, given.resources, assets_def)
    loose = borrowed or state.loose
    try:
        facts = _facts(called, state, given, assets_def)
        resources = loose.resources
        _refuse_missing_resources(called, loose)
    except BaseException:
        if borrowed is not None:
            borrowed.close()
        raise
    state.bind(borrowed, resources=resources, **facts)


def _facts(called: Called, state: DirectState, given: Arguments, assets_def: AssetsDefinition | None) -> dict[str, Any]:
    config = _config(called, state, given.config)
    written = state.facts.op_config
    run_config: dict[str, Any] = {"ops": {called.op.name: {"config": config}}} if written else {}
    facts: dict[str, Any] = {
        "step_key": called.name,
        "op": called.op,
        "path": (called.name,),
        "op_config": config,
        "run_config": {**run_config, "resources": state.resources_config},
    }
    if assets_def is not None:
        facts.update(
            assets_def=assets_def,
            specs=assets_def.specs_by_output,
            check_specs=assets_def.check_specs_by_output,
            keys_by_input=assets_def.keys_by_input,
            partitions_def=getattr(assets_def, "partitions_def", None),
        )
    return facts


def _config(called: Called, state: DirectState, given: Any) -> Any:
    in_context = state.facts.op_config
    if in_context and given:
        raise called.complain("with config both in its context and as an argument", hint="give one of them")
    written = given if given is not None else in_context
    schema = called.op.config
    if schema is None:
        return written
    missing = written is None or (isinstance(written, Mapping) and not written)
    return schema.process(NO_VALUE if missing else written).or_raise(f"the config of op {called.name!r}")


def _borrowed_resources(
    called: Called, state: DirectState, given: Mapping[str, Any], assets_def: AssetsDefinition | None
) -> LooseResources | None:
    """Resources for this call alone: those that are arguments, or that come with the assets."""
    in_context = state.loose.given
    if given and in_context:
        raise called.complain("with resources both in its context and as arguments", hint="give them in one place")
    if given:
        return state.opened(given).__enter__()
    defined: Mapping[str, Any] = getattr(assets_def, "resource_defs", None) or {}
    if not defined:
        return None
    twice = sorted(defined.keys() & in_context.keys())
    if twice:
        raise called.complain(f"with the resource {twice[0]!r}, which it has already", hint="leave it out")
    return state.opened({**in_context, **defined}, _only(state.resources_config)).__enter__()


def _only(config: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return config or None


def _refuse_missing_resources(called: Called, loose: LooseResources) -> None:
    needed = set(called.resource_parameters.values())
    if called.takes_context:
        needed |= called.op.required_resource_keys
    missing = sorted(needed - loose.given.keys())
    if missing:
        raise InvalidDefinitionError(
            f"op {called.name!r} needs the resource {missing[0]!r}, which was not given",
            hint=suggest(missing[0], loose.given)
            or f"give it as an argument, or with build_op_context(resources={{{missing[0]!r}: ...}})",
        )


def _checked(result: Any, check: OutputCheck) -> Any:
    """What the function gave back, checked, or something that checks it on the way."""
    if inspect.isasyncgen(result):
        return _checked_async(result, check)
    if inspect.iscoroutine(result):
        return _checked_coroutine(result, check)
    if inspect.isgenerator(result):
        return _checked_generator(result, check)
    check.check_returned(result)
    check.context._state.unbind()
    return result


def _checked_generator(generator: Iterator[Any], check: OutputCheck) -> Iterator[Any]:
    try:
        for event in generator:
            check.check_yielded(event)
            yield event
        yield from check.missing()
    finally:
        check.context._state.unbind()


async def _checked_async(generator: AsyncIterator[Any], check: OutputCheck) -> AsyncIterator[Any]:
    try:
        async for event in generator:
            check.check_yielded(event)
            yield event
        for event in check.missing():
            yield event
    finally:
        check.context._state.unbind()


async def _checked_coroutine(coroutine: Coroutine[Any, Any, Any], check: OutputCheck) -> Any:
    try:
        result = await coroutine
        check.check_returned(result)
    finally:
        check.context._state.unbind()
    return result
