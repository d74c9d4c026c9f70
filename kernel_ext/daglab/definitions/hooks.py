"""Hooks: code that runs after each step, when it has succeeded or failed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import Any, overload

from daglab.definitions.doors import door
from daglab.definitions.names import check_valid_name
from daglab.errors import InvalidDefinitionError

_DEFINITIONS = ("JobDefinition", "GraphDefinition", "AssetsDefinition")


class HookDefinition:
    """Code that runs after a step.

    Usually made by `@success_hook` or `@failure_hook`. Used as a decorator, it puts the hook on a job, graph or asset.

    Args:
        name: the hook's name.
        hook_fn: called with the context and the step's events.
        required_resource_keys: the resources that it needs.
        decorated_fn: the function that was decorated, called directly in tests.
        runs_on: "success" or "failure" of a step; None for both, and then `hook_fn` gets the events.

    Raises:
        InvalidDefinitionError: a name that cannot be.

    Example:
        >>> HookDefinition(name="tell", hook_fn=lambda context, events: None).name
        'tell'
    """

    def __init__(
        self,
        *,
        name: str,
        hook_fn: Callable[..., Any],
        required_resource_keys: Iterable[str] | None = None,
        decorated_fn: Callable[..., Any] | None = None,
        runs_on: str | None = None,
    ) -> None:
        self.name = check_valid_name(name, "a hook")
        if not callable(hook_fn):
            raise InvalidDefinitionError(f"hook {name!r}: hook_fn is {hook_fn!r}", hint="give it a function")
        self.hook_fn = hook_fn
        self.required_resource_keys = frozenset(required_resource_keys or ())
        self.decorated_fn = decorated_fn
        self.runs_on = runs_on

    def _identity(self) -> tuple[Any, ...]:
        return (self.name, self.hook_fn, self.required_resource_keys, self.decorated_fn, self.runs_on)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HookDefinition) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def __repr__(self) -> str:
        return f"HookDefinition({self.name!r})"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """On a job, graph or asset: puts the hook on it. Else runs the hook's function, for tests.

        Raises:
            InvalidInvocationError: arguments that do not fit.
            InvalidDefinitionError: the context lacks a resource that the hook needs.
        """
        if args and type(args[0]).__name__ in _DEFINITIONS:
            return args[0].with_hooks({self})
        return door("invoke_hook")(self, args, kwargs)


def _checked(function: Callable[..., Any], parameters: list[str]) -> Callable[..., Any]:
    names = list(inspect.signature(function).parameters)
    context = names[0] if names else ""
    fits = len(names) >= len(parameters) and context in ("context", "_context", "context_", "_", "__")
    if not fits:
        raise InvalidDefinitionError(
            f"the hook {getattr(function, '__name__', function)!r} takes {names}",
            hint=f"its parameters are {' and '.join(parameters)}",
        )
    return function


@overload
def event_list_hook(hook_fn: Callable[..., Any], /) -> HookDefinition: ...


@overload
def event_list_hook(
    *,
    name: str | None = None,
    required_resource_keys: Iterable[str] | None = None,
    decorated_fn: Callable[..., Any] | None = None,
) -> Callable[[Callable[..., Any]], HookDefinition]: ...


def event_list_hook(
    hook_fn: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    required_resource_keys: Iterable[str] | None = None,
    decorated_fn: Callable[..., Any] | None = None,
) -> HookDefinition | Callable[[Callable[..., Any]], HookDefinition]:
    """Makes a function of the context and the list of a step's events a hook that runs after every step.

    Args:
        hook_fn: the function; given by Python when the decorator is used bare.
        name: the hook's name; the function's by default.
        required_resource_keys: the resources that it needs.
        decorated_fn: the function that is called directly in tests, where it is another one.

    Example:
        >>> @event_list_hook
        ... def count_events(context, event_list):
        ...     context.log.info(len(event_list))
        >>> count_events.name
        'count_events'
    """

    def decorate(function: Callable[..., Any]) -> HookDefinition:
        _checked(function, ["context", "event_list"])
        made = HookDefinition(
            name=name or function.__name__,
            hook_fn=function,
            required_resource_keys=required_resource_keys,
            decorated_fn=decorated_fn or function,
        )
        update_wrapper(made, function)
        return made

    return decorate(hook_fn) if hook_fn is not None else decorate


@overload
def success_hook(hook_fn: Callable[..., Any], /) -> HookDefinition: ...


@overload
def success_hook(
    *, name: str | None = None, required_resource_keys: Iterable[str] | None = None
) -> Callable[[Callable[..., Any]], HookDefinition]: ...


def success_hook(
    hook_fn: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    required_resource_keys: Iterable[str] | None = None,
) -> HookDefinition | Callable[[Callable[..., Any]], HookDefinition]:
    """Makes a function of the context a hook that runs after each step that has succeeded.

    Args:
        hook_fn: the function; given by Python when the decorator is used bare.
        name: the hook's name; the function's by default.
        required_resource_keys: the resources that it needs.

    Example:
        >>> @success_hook(required_resource_keys={"slack"})
        ... def tell(context):
        ...     context.resources.slack.post(f"{context.op.name} is done")
        >>> tell.required_resource_keys
        frozenset({'slack'})
    """

    def decorate(function: Callable[..., Any]) -> HookDefinition:
        return _hook_on("success", function, name, required_resource_keys)

    return decorate(hook_fn) if hook_fn is not None else decorate


@overload
def failure_hook(name: Callable[..., Any], /) -> HookDefinition: ...


@overload
def failure_hook(
    name: str | None = None, required_resource_keys: Iterable[str] | None = None
) -> Callable[[Callable[..., Any]], HookDefinition]: ...


def failure_hook(
    name: Callable[..., Any] | str | None = None, required_resource_keys: Iterable[str] | None = None
) -> HookDefinition | Callable[[Callable[..., Any]], HookDefinition]:
    """Makes a function of the context a hook that runs after each step that has failed.

    Args:
        name: the hook's name, the function's by default; or the function, when the decorator is used bare.
        required_resource_keys: the resources that it needs.

    Example:
        >>> @failure_hook
        ... def tell(context):
        ...     print(context.op_exception)
        >>> tell.runs_on
        'failure'
    """
    if name is not None and not isinstance(name, str):
        return _hook_on("failure", name, None, None)
    own_name = name

    def decorate(function: Callable[..., Any]) -> HookDefinition:
        return _hook_on("failure", function, own_name, required_resource_keys)

    return decorate


def _hook_on(
    outcome: str, function: Callable[..., Any], name: str | None, required_resource_keys: Iterable[str] | None
) -> HookDefinition:
    _checked(function, ["context"])

    def hook_fn(context: Any, _event_list: Any) -> Any:
        return function(context)

    made = HookDefinition(
        name=name or function.__name__,
        hook_fn=hook_fn,
        required_resource_keys=required_resource_keys,
        decorated_fn=function,
        runs_on=outcome,
    )
    update_wrapper(made, function)
    return made
