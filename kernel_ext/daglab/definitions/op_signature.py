"""The inputs and outputs of an op, as far as its function's signature says them."""

from __future__ import annotations

import collections.abc
import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from daglab.definitions.docstrings import read_parameter_descriptions, read_return_description
from daglab.definitions.dynamic import DynamicOutput
from daglab.definitions.function_compute import Signature
from daglab.definitions.names import check_valid_name
from daglab.definitions.nodes import DEFAULT_OUTPUT, DynamicOut, In, Out
from daglab.definitions.results import Output
from daglab.definitions.sentinel import NO_VALUE
from daglab.definitions.types.nothing import Nothing
from daglab.errors import InvalidDefinitionError, InvariantViolationError, suggest

_SCALARS: Mapping[Any, type | tuple[type, ...]] = {int: int, float: float, str: str, bool: bool}
_STREAMS = (
    collections.abc.Generator,
    collections.abc.Iterator,
    collections.abc.Iterable,
    collections.abc.AsyncGenerator,
    collections.abc.AsyncIterator,
    collections.abc.AsyncIterable,
)
_AWAITABLES = (collections.abc.Awaitable, collections.abc.Coroutine)
_RESULTS = ("MaterializeResult", "ObserveResult", "AssetCheckResult")


def infer_ins(
    signature: Signature,
    function: Callable[..., Any],
    explicit: Mapping[str, In] | None,
    *,
    decorator: str = "@op",
    owner: str,
) -> dict[str, In]:
    """All inputs: those declared, completed by the signature, then the other parameters in order.

    Args:
        signature: what the function asks for.
        function: the function, for what its docstring says.
        explicit: the inputs as they were declared.
        decorator: how the function is decorated, for messages.
        owner: the op's name, for messages.

    Raises:
        InvalidDefinitionError: an input without a parameter, one of type `Nothing` with one, a default of a wrong type.
    """
    declared = {name: explicit[name] for name in sorted(explicit or {})} if explicit else {}
    _check_declared(declared, signature, f"{decorator} {owner!r}")
    said = read_parameter_descriptions(function)
    ins = {
        name: _completed(one, name, signature, said) if name in signature.inputs else one
        for name, one in declared.items()
        if name not in signature.resource_parameters
    }
    for name in signature.inputs:
        if name in ins:
            continue
        ins[name] = _completed(In(), name, signature, said)
        if not ins[name].passes_value:
            raise InvalidDefinitionError(
                f"{decorator} {owner!r}: the parameter {name!r} is annotated with Nothing, which passes no value",
                hint=f'leave the parameter out and declare ins={{"{name}": In(Nothing)}}',
            )
    for name, one in ins.items():
        check_in(name, one, owner)
    return ins


def check_in(name: str, one: In, owner: str) -> None:
    """Refuses an input that cannot be.

    Raises:
        InvalidDefinitionError: its name, or a default that is not of its type.
    """
    check_valid_name(name, f"an input of {owner!r}")
    if not one.has_default:
        return
    if not one.passes_value:
        raise InvalidDefinitionError(
            f"the input {name!r} of {owner!r} is of type Nothing and has a default", hint="it passes no value"
        )
    expected = _SCALARS.get(one.given_type) if isinstance(one.given_type, type) else None
    if expected is not None and not isinstance(one.default_value, expected):
        raise InvalidDefinitionError(
            f"the default {one.default_value!r} of the input {name!r} of {owner!r} is not of type "
            f"{one.given_type.__name__}",
            hint="change the default or the type",
        )


def _check_declared(declared: Mapping[str, In], signature: Signature, who: str) -> None:
    for name, one in declared.items():
        if not isinstance(one, In):
            raise InvalidDefinitionError(f"{who}: ins has {one!r} for {name!r}", hint=f'write {{"{name}": In(...)}}')
        if name in signature.resource_parameters:
            continue
        if not one.passes_value and name in signature.inputs:
            raise InvalidDefinitionError(
                f"{who} has a parameter {name!r}, but that input is of type Nothing and passes no value",
                hint="leave the parameter out",
            )
        if one.passes_value and name not in signature.inputs and not signature.takes_any_input:
            raise InvalidDefinitionError(
                f"{who} has no parameter {name!r}, which ins names",
                hint=suggest(name, signature.inputs) or "add the parameter, or make the input In(Nothing)",
            )


def _completed(one: In, name: str, signature: Signature, said: Mapping[str, str]) -> In:
    annotation = signature.annotations.get(name, NO_VALUE)
    inferred = NO_VALUE if isinstance(annotation, str) else annotation
    return replace(
        one,
        dagster_type=inferred if one.given_type is NO_VALUE else one.given_type,
        description=said.get(name) if one.description is None else one.description,
        default_value=signature.defaults.get(name, NO_VALUE) if not one.has_default else one.default_value,
    )


def infer_outs(
    signature: Signature | None,
    function: Callable[..., Any],
    out: Out | Mapping[str, Out] | None,
    *,
    owner: str,
    code_version: str | None = None,
) -> dict[str, Out]:
    """All outputs, completed by the annotation of what the function gives back.

    Args:
        signature: what the function says; None where it says nothing.
        function: the function.
        out: the outputs as they were declared: one, several by name, or None for one that is inferred.
        owner: the op's name, for messages.
        code_version: the version of outputs that have none of their own.

    Raises:
        InvalidDefinitionError: something that is no output.
        InvariantViolationError: an annotation that does not fit the outputs.
    """
    returns = inspect.Signature.empty if signature is None or _streams(function) else signature.returns
    said = read_return_description(function) if signature is not None else None
    if out is None:
        kind = DynamicOut if _is_list_of_dynamic(returns) else Out
        inferred = value_type(returns, owner)
        outs: dict[str, Out] = {DEFAULT_OUTPUT: kind(inferred, description=said)}
    else:
        outs = {DEFAULT_OUTPUT: out} if isinstance(out, Out) else _checked_outs(out, owner)
        types = _types_of(outs, returns, owner)
        for (name, one), inferred in zip(outs.items(), types, strict=True):
            description = one.description or (said if len(outs) == 1 else None)
            dagster_type = inferred if one.given_type is NO_VALUE else one.given_type
            outs[name] = replace(one, dagster_type=dagster_type, description=description)
    for name, one in outs.items():
        check_valid_name(name, f"an output of {owner!r}")
        if code_version and not one.code_version:
            outs[name] = replace(one, dagster_type=one.given_type, code_version=code_version)
    return outs


def value_type(annotation: Any, owner: str) -> Any:
    """The type of the value of an output, read from the annotation of what is given back.

    Raises:
        InvariantViolationError: one `DynamicOutput`, which only makes sense in a list.

    Example:
        >>> value_type(Output[int], "count")
        <class 'int'>
    """
    if annotation is inspect.Signature.empty or isinstance(annotation, str):
        return NO_VALUE
    if annotation is None or annotation is type(None):
        return Nothing
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if annotation is DynamicOutput or origin is DynamicOutput:
        raise InvariantViolationError(
            f"{owner!r} is annotated to give back one DynamicOutput",
            hint="annotate it with list[DynamicOutput], or use Output for a single value",
        )
    if _is_list_of_dynamic(annotation):
        return value_type_of(typing.get_args(arguments[0]))
    if annotation is Output or origin is Output or getattr(origin or annotation, "__name__", "") in _RESULTS:
        return value_type_of(arguments)
    if (origin or annotation) in _STREAMS:
        return NO_VALUE
    if origin in _AWAITABLES:
        return value_type(arguments[-1], owner)
    return annotation


def value_type_of(arguments: tuple[Any, ...]) -> Any:
    """The one argument of a generic class; anything where it was not given.

    Example:
        >>> value_type_of(typing.get_args(Output[int]))
        <class 'int'>
    """
    if not arguments or isinstance(arguments[0], typing.TypeVar):
        return NO_VALUE
    return Nothing if arguments[0] is type(None) else arguments[0]


def _types_of(outs: Mapping[str, Out], returns: Any, owner: str) -> list[Any]:
    """The type of each of several outputs, by the annotation."""
    if len(outs) == 1:
        return [value_type(returns, owner)]
    parts = typing.get_args(returns)
    results = parts if typing.get_origin(returns) is tuple else (returns,)
    if returns is inspect.Signature.empty or isinstance(returns, str):
        return [NO_VALUE] * len(outs)
    if results and all(getattr(typing.get_origin(one) or one, "__name__", "") in _RESULTS for one in results):
        return [Nothing] * len(outs)
    if typing.get_origin(returns) is not tuple:
        raise InvariantViolationError(
            f"{owner!r} has {len(outs)} outputs ({', '.join(outs)}), but is annotated to give back {returns!r}",
            hint="annotate it with tuple[...], one type for each output",
        )
    if len(parts) != len(outs):
        raise InvariantViolationError(
            f"{owner!r} has {len(outs)} outputs ({', '.join(outs)}), but its annotation is a tuple of {len(parts)}",
            hint="annotate it with tuple[...], one type for each output",
        )
    return [value_type(one, owner) for one in parts]


def _checked_outs(out: Mapping[str, Out], owner: str) -> dict[str, Out]:
    if not isinstance(out, collections.abc.Mapping):
        raise InvalidDefinitionError(f"{owner!r}: out is {out!r}", hint='give an Out, or {"name": Out(...)}')
    for name, one in out.items():
        if not isinstance(one, Out):
            raise InvalidDefinitionError(f"{owner!r}: out has {one!r} for {name!r}", hint="give it an Out")
    return dict(out)


def _streams(function: Callable[..., Any]) -> bool:
    """Whether it yields its outputs, so that its annotation says nothing of their types."""
    return inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)


def _is_list_of_dynamic(annotation: Any) -> bool:
    arguments = typing.get_args(annotation)
    if typing.get_origin(annotation) not in (list, collections.abc.Sequence) or len(arguments) != 1:
        return False
    return arguments[0] is DynamicOutput or typing.get_origin(arguments[0]) is DynamicOutput
