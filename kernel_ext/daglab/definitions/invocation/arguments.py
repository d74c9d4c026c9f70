"""What the arguments of a direct call are: the context, inputs, config and resources."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from daglab.definitions.invocation.direct_contexts import DirectContext
from daglab.definitions.types.boundary import check_value, require_passed
from daglab.errors import InvalidInvocationError, suggest

if TYPE_CHECKING:
    from daglab.definitions.op_definition import OpDefinition


@dataclass(frozen=True, kw_only=True)
class Called:
    """What is called directly.

    Args:
        op: the computation.
        name: what messages call it.
        function: the function that was decorated.
    """

    op: OpDefinition
    name: str
    function: Callable[..., Any]

    @property
    def takes_context(self) -> bool:
        """Whether the function's first parameter is the context."""
        return bool(getattr(self.op.compute, "takes_context", False))

    @property
    def resource_parameters(self) -> Mapping[str, str]:
        """The resource of each parameter that takes one."""
        found: Mapping[str, str] = getattr(self.op.compute, "resource_parameters", {})
        return found

    @property
    def config_parameter(self) -> str:
        """The parameter that takes the config."""
        return getattr(self.op.compute, "config_parameter", None) or "config"

    @property
    def parameters(self) -> list[inspect.Parameter]:
        """All parameters but the context."""
        found = list(inspect.signature(self.function).parameters.values())
        return found[1:] if self.takes_context else found

    def complain(self, problem: str, hint: str = "") -> InvalidInvocationError:
        """An error that names what was called."""
        return InvalidInvocationError(f"op {self.name!r} was called {problem}", hint=hint)


@dataclass(frozen=True, kw_only=True)
class Arguments:
    """The arguments of a direct call, sorted.

    Args:
        positional: inputs by position.
        named: inputs by name.
        resources: resources by key.
        config: the config; None where none was given.
    """

    positional: tuple[Any, ...]
    named: Mapping[str, Any]
    resources: Mapping[str, Any]
    config: Any


def take_context(
    called: Called, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> tuple[DirectContext | None, tuple[Any, ...], dict[str, Any]]:
    """Takes the context from among the arguments; None where None was given, or none is needed.

    Raises:
        InvalidInvocationError: the function takes a context, and none was given.
    """
    others = dict(kwargs)
    if args and isinstance(args[0], DirectContext):
        return args[0], args[1:], others
    if not called.takes_context:
        return None, args, others
    if args:
        if args[0] is not None:
            raise _without_context(called, f"with {args[0]!r} in place of its context")
        return None, args[1:], others
    name = next(iter(inspect.signature(called.function).parameters))
    if name not in others:
        raise _without_context(called, f"without its context, the parameter {name!r}")
    context = others.pop(name)
    if context is not None and not isinstance(context, DirectContext):
        raise _without_context(called, f"with {name}={context!r}")
    return context, (), others


def sort_arguments(called: Called, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Arguments:
    """Tells inputs from config and resources."""
    parameters, of_resources = called.parameters, called.resource_parameters
    positional: list[Any] = []
    resources = {of_resources[name]: value for name, value in kwargs.items() if name in of_resources}
    config = kwargs.get(called.config_parameter)
    for position, value in enumerate(args):
        parameter = parameters[position] if position < len(parameters) else None
        name = "" if parameter is None or parameter.kind is parameter.KEYWORD_ONLY else parameter.name
        if name in of_resources:
            resources[of_resources[name]] = value
        elif name == called.config_parameter:
            config = value
        else:
            positional.append(value)
    named = {
        name: value for name, value in kwargs.items() if name not in of_resources and name != called.config_parameter
    }
    return Arguments(positional=tuple(positional), named=named, resources=resources, config=config)


def resolve_inputs(called: Called, given: Arguments, context: Any) -> dict[str, Any]:
    """The value of each input, defaults filled in, types checked.

    Raises:
        InvalidInvocationError: too many, unknown or missing inputs, or one given twice.
        TypeCheckDidNotPass: a value is not of its type.
    """
    ins = called.op.ins
    _refuse_what_passes_nothing(called, given)
    parameters = called.parameters
    by_position = [one.name for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD and one.name in ins]
    if len(given.positional) > len(by_position):
        raise called.complain(
            f"with {len(given.positional)} inputs by position, and takes {len(by_position)}",
            hint="give it by name, or leave out the context that its function does not take",
        )
    values = dict(zip(by_position, given.positional, strict=False))
    twice = [name for name in given.named if name in values]
    if twice:
        raise called.complain(f"with {twice[0]!r} both by position and by name")
    values.update(_named(called, given.named, parameters))
    for name in [one.name for one in parameters if one.name in ins and one.name not in values]:
        if not ins[name].has_default:
            raise called.complain(f"without its input {name!r}", hint=f"give {name}=...")
        values[name] = ins[name].default_value
    for name, value in values.items():
        if name in ins:
            data_type = ins[name].type
            where = f"input {name!r} of op {called.name!r}"
            require_passed(check_value(data_type, value, context), data_type, value, where)
    return values


def _named(called: Called, named: Mapping[str, Any], parameters: list[inspect.Parameter]) -> dict[str, Any]:
    if any(one.kind is one.VAR_KEYWORD for one in parameters):
        return dict(named)
    known = [one.name for one in parameters]
    for name in named:
        if name not in known:
            raise called.complain(
                f"with {name}=..., which is none of its inputs", hint=suggest(name, known) or f"it has {known}"
            )
    return dict(named)


def _refuse_what_passes_nothing(called: Called, given: Arguments) -> None:
    waiting = [name for name, one in called.op.ins.items() if not one.passes_value]
    for name in waiting:
        if name in given.named:
            raise called.complain(
                f"with {name}=..., an input of type Nothing, which only makes it wait", hint="leave it out"
            )


def _without_context(called: Called, problem: str) -> InvalidInvocationError:
    return called.complain(problem, hint="give build_op_context() or build_asset_context(), or None for a plain one")
