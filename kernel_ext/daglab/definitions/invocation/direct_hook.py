"""Hooks that are called directly, as functions, and the context for it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self, cast

from daglab.definitions.contexts.facts import StepFacts
from daglab.definitions.contexts.hook_context import HookContext
from daglab.definitions.contexts.logs import console_logger
from daglab.definitions.resources.building import LooseResources
from daglab.errors import (
    InvalidDefinitionError,
    InvalidInvocationError,
    InvariantViolationError,
    suggest,
)

if TYPE_CHECKING:
    from daglab.definitions.hooks import HookDefinition


class DirectHookContext(HookContext):
    """The context of a hook that is called directly; a `with` block closes its resources.

    Args:
        loose: its resources.
        facts: what is known of the step.
        instance: the instance; None where none was given.
        op_exception: what the step's code raised.
        hook_def: the hook, once one is called.
    """

    def __init__(
        self,
        loose: LooseResources,
        facts: StepFacts,
        *,
        instance: Any,
        op_exception: BaseException | None,
        hook_def: HookDefinition | None = None,
    ) -> None:
        super().__init__(facts, hook_def, op_exception=op_exception)
        self._loose = loose
        self._given_instance = instance

    @property
    def resources(self) -> Any:
        """The resources that it was built with."""
        return self._loose.resources

    @property
    def instance(self) -> Any:
        """The instance that it was built with.

        Raises:
            InvariantViolationError: it was built without one.
        """
        if self._given_instance is None:
            raise InvariantViolationError(
                "HookContext.instance is not set", hint="give build_hook_context(instance=...)"
            )
        return self._given_instance

    @property
    def op_config(self) -> Any:
        """Only there in a run.

        Raises:
            InvariantViolationError: always.
        """
        raise InvariantViolationError("HookContext.op_config is not set", hint="it is there in a run")

    def bound_to(self, hook_def: HookDefinition) -> DirectHookContext:
        """The same for one hook."""
        return DirectHookContext(
            self._loose,
            self._facts,
            instance=self._given_instance,
            op_exception=self._exception,
            hook_def=hook_def,
        )

    @property
    def given_resources(self) -> Mapping[str, Any]:
        """The resources as they were given."""
        return self._loose.given

    def __enter__(self) -> Self:
        self._loose.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._loose.__exit__(*error)


def build_hook_context(
    resources: Mapping[str, Any] | None = None,
    op: Any = None,
    run_id: str | None = None,
    job_name: str | None = None,
    op_exception: Exception | None = None,
    instance: Any = None,
) -> DirectHookContext:
    """Builds a context to call a hook with.

    Use it in a `with` block where a resource has to be closed.

    Args:
        resources: definitions and plain objects by key.
        op: the op that ended, also under an alias or with tags.
        run_id: the run.
        job_name: the job.
        op_exception: what the op raised.
        instance: the instance.

    Raises:
        InvalidInvocationError: an argument is of a wrong type.

    Example:
        >>> build_hook_context(job_name="nightly", op_exception=OSError("full")).op_exception
        OSError('full')
    """
    if op_exception is not None and not isinstance(op_exception, Exception):
        raise InvalidInvocationError(
            f"build_hook_context was given op_exception={op_exception!r}", hint="give an exception"
        )
    for name, text in (("run_id", run_id), ("job_name", job_name)):
        if text is not None and not isinstance(text, str):
            raise InvalidInvocationError(f"build_hook_context was given {name}={text!r}", hint="give text")
    definition = getattr(op, "node_def", op)
    alias = str(getattr(op, "given_alias", None) or getattr(definition, "name", ""))
    facts = StepFacts(
        run_id=run_id or "",
        step_key="",
        op=cast(Any, definition),
        path=(alias,) if definition is not None else (),
        job_name=job_name,
        log=console_logger(),
    )
    loose = LooseResources(resources, instance=instance, built_by="build_hook_context")
    return DirectHookContext(loose, facts, instance=instance, op_exception=op_exception)


def invoke_hook(hook_def: HookDefinition, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Calls the function of a hook.

    Args:
        hook_def: the hook.
        args: its arguments by position: the context, or None for a plain one; the events, where it takes them.
        kwargs: the same by name.

    Returns:
        What the function gives back.

    Raises:
        InvalidInvocationError: the arguments do not fit.
        InvalidDefinitionError: a resource is missing.
    """
    function = getattr(hook_def, "decorated_fn", None) or getattr(hook_def, "function", None)
    if function is None:
        raise InvalidInvocationError(
            f"hook {hook_def.name!r} was not made by decorating a function, so it cannot be called"
        )
    given = _arguments(hook_def.name, function, args, kwargs)
    context: Any = given[0] if given[0] is not None else build_hook_context()
    if not isinstance(context, DirectHookContext):
        raise InvalidInvocationError(
            f"hook {hook_def.name!r} was called with {context!r} in place of its context",
            hint="give build_hook_context()",
        )
    missing = sorted(set(hook_def.required_resource_keys) - context.given_resources.keys())
    if missing:
        raise InvalidDefinitionError(
            f"hook {hook_def.name!r} needs the resource {missing[0]!r}, which was not given",
            hint=suggest(missing[0], context.given_resources)
            or f"build_hook_context(resources={{{missing[0]!r}: ...}})",
        )
    return function(context.bound_to(hook_def), *given[1:])


def _arguments(name: str, function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Sequence[Any]:
    parameters = [one.name for one in inspect.signature(function).parameters.values()]
    if len(args) + len(kwargs) != len(parameters):
        raise InvalidInvocationError(
            f"hook {name!r} was called with {len(args) + len(kwargs)} arguments, and takes {len(parameters)}",
            hint=f"give {', '.join(parameters)}",
        )
    for given in kwargs:
        if given not in parameters[len(args) :]:
            raise InvalidInvocationError(
                f"hook {name!r} was called with {given}=...", hint=f"give {', '.join(parameters)}"
            )
    return [*args, *(kwargs[one] for one in parameters[len(args) :])]
