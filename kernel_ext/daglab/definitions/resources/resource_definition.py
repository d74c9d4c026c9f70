"""`ResourceDefinition`: how something that outlives a step, a connection or a client, is opened and closed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, ClassVar, Self

from daglab.definitions.config.config_schema import ConfigSchema
from daglab.definitions.config.configured_schema import ConfiguredSchema
from daglab.definitions.config.problems import Processed
from daglab.definitions.resources.available import Resources
from daglab.definitions.resources.calling import call_with_context, parameters_of, takes_context
from daglab.definitions.resources.init_context import InitResourceContext
from daglab.definitions.sentinel import NO_VALUE
from daglab.errors import InvalidDefinitionError, InvalidInvocationError, suggest


class ResourceDefinition:
    """How a resource is opened, and closed once nobody needs it.

    Args:
        resource_fn: takes an `InitResourceContext`, or nothing, and gives the resource. If it yields instead, what
            comes after the `yield` closes the resource.
        config_schema: what its config may be; None where anything goes.
        description: Markdown.
        required_resource_keys: resources that have to be open before this one.
        version: changes when what it gives does.

    Example:
        >>> limit = ResourceDefinition(lambda context: context.resource_config["most"], config_schema={"most": int})
        >>> limit.configured({"most": 3})(None)
        3
    """

    _is_resource_annotation: ClassVar[bool] = True

    def __init__(
        self,
        resource_fn: Callable[..., Any],
        config_schema: Any = None,
        description: str | None = None,
        required_resource_keys: Iterable[str] | None = None,
        version: str | None = None,
    ) -> None:
        if not callable(resource_fn):
            raise InvalidDefinitionError(
                f"the function of a resource cannot be called: {resource_fn!r}",
                hint="for a value as it is: ResourceDefinition.hardcoded_resource(value)",
            )
        self._resource_fn = resource_fn
        self._config_schema = ConfigSchema.of(config_schema)
        self._description = description
        self._required_resource_keys = frozenset(required_resource_keys or ())
        self._version = version

    @property
    def resource_fn(self) -> Callable[..., Any]:
        """What opens it."""
        return self._resource_fn

    @property
    def config_schema(self) -> Any:
        """What its config may be; None where anything goes and nothing is needed."""
        return self._config_schema

    @property
    def description(self) -> str | None:
        """What it is for."""
        return self._description

    @property
    def version(self) -> str | None:
        """The version of its code."""
        return self._version

    @property
    def required_resource_keys(self) -> frozenset[str]:
        """The resources that have to be open before this one."""
        return self._required_resource_keys

    def get_required_resource_keys(self, resource_defs: Mapping[str, ResourceDefinition]) -> frozenset[str]:
        """The keys of all resources that have to be open before this one, among those of `resource_defs`."""
        return self._required_resource_keys

    def process_config(self, value: object = NO_VALUE) -> Processed:
        """The config that the resource gets for what the user gave; defaults for nothing."""
        if self._config_schema is None:
            return Processed(None if value is NO_VALUE else value)
        return self._config_schema.process(value)

    @staticmethod
    def hardcoded_resource(value: Any, description: str | None = None) -> ResourceDefinition:
        """A resource that is a value as it is."""
        return ResourceDefinition(partial(_given, value), description=description)

    @staticmethod
    def none_resource(description: str | None = None) -> ResourceDefinition:
        """A resource that is None."""
        return ResourceDefinition.hardcoded_resource(None, description=description)

    @staticmethod
    def mock_resource(description: str | None = None) -> ResourceDefinition:
        """A resource that takes every call and attribute: a new `MagicMock` each time it is opened."""
        return ResourceDefinition(_mocked, description=description)

    @staticmethod
    def string_resource(description: str | None = None) -> ResourceDefinition:
        """A resource that is the text which its config gives."""
        return ResourceDefinition(_config_itself, config_schema=str, description=description)

    def configured(self, config_or_config_fn: Any, config_schema: Any = None, description: str | None = None) -> Self:
        """The same resource with config of its own.

        Args:
            config_or_config_fn: the config, or a function that makes it of the new resource's config.
            config_schema: what the new resource's config may be; for a function.
            description: what it is for; as before if left out.
        """
        schema = ConfiguredSchema.over(self._config_schema, config_or_config_fn, config_schema)
        return self.copy_for_configured(description, schema)

    def copy_for_configured(self, description: str | None, config_schema: Any) -> Self:
        """The same resource with another schema."""
        return type(self)(
            **(self._fields() | {"description": description or self.description}), config_schema=config_schema
        )

    def _fields(self) -> dict[str, Any]:
        """What the constructor was given, but for the config schema."""
        return {
            "resource_fn": self._resource_fn,
            "description": self._description,
            "required_resource_keys": self._required_resource_keys,
            "version": self._version,
        }

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Opens the resource here and now, as a test does.

        Args:
            args: a context of `build_init_resource_context`, if the function takes one; None for an empty one.
            kwargs: the same by the name of the function's parameter.

        Returns:
            The resource; a context manager around it if the function yields.

        Raises:
            InvalidInvocationError: the arguments do not fit.
            InvalidConfigError: the context's config does not fit.
        """
        context = self._context_given(args, kwargs)
        given = context.resource_config if context is not None else NO_VALUE
        if context is None and self._config_schema is not None and self._config_schema.is_required:
            raise InvalidInvocationError(
                f"{self._called} needs config, and was called without a context",
                hint="pass build_init_resource_context(config=...)",
            )
        config = self.process_config(given or NO_VALUE).or_raise(f"the config of {self._called}")
        bound = (context or InitResourceContext(None, Resources({}))).bound_to(self, config)
        result = call_with_context(self._resource_fn, bound)
        return contextmanager(lambda: result)() if inspect.isgenerator(result) else result

    @property
    def _called(self) -> str:
        return f"the resource {getattr(self, '__name__', None) or getattr(self._resource_fn, '__name__', '')!r}"

    def _context_given(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> InitResourceContext | None:
        number = len(args) + len(kwargs)
        if not takes_context(self._resource_fn):
            if number:
                raise InvalidInvocationError(
                    f"{self._called} takes no context, and was given {number} arguments",
                    hint="call it without arguments, or give its function a parameter",
                )
            return None
        name = parameters_of(self._resource_fn)[0].name
        if number != 1 or (kwargs and name not in kwargs):
            raise InvalidInvocationError(
                f"{self._called} takes one argument, {name!r}, and was given {number}: {[*args, *kwargs]}",
                hint="pass build_init_resource_context(...), or None",
            )
        return self._checked(args[0] if args else kwargs[name])

    def _checked(self, context: object) -> InitResourceContext | None:
        if context is not None and not isinstance(context, InitResourceContext):
            raise InvalidInvocationError(
                f"{self._called} was called with {context!r}, which is no context",
                hint="pass build_init_resource_context(...), or None",
            )
        missing = sorted(key for key in self._required_resource_keys if context is None or key not in context.resources)
        if missing and context is None:
            raise InvalidInvocationError(
                f"{self._called} requires the resources {missing}, and was called without a context",
                hint="pass build_init_resource_context(resources=...)",
            )
        if missing and context is not None:
            known = context.resources.original_resource_dict
            raise InvalidDefinitionError(
                f"{self._called} requires the resources {missing}, which the context does not have",
                hint=suggest(missing[0], known) or f"it has {sorted(known)}",
            )
        return context

    def get_resource_definition(self) -> ResourceDefinition:
        """Itself: all that can be a resource has this method."""
        return self


def _given(value: Any, _context: object) -> Any:
    return value


def _config_itself(context: InitResourceContext) -> Any:
    return context.resource_config


def _mocked(_context: object) -> Any:
    from unittest import mock  # pulls in asyncio, which only tests need here

    return mock.MagicMock()


def make_values_resource(**kwargs: Any) -> ResourceDefinition:
    """A resource that is its config: a dict of values that steps share.

    Args:
        kwargs: the type of each value; anything goes if there are none.

    Example:
        >>> limits = make_values_resource(most=int)
        >>> limits.configured({"most": 3})(None)
        {'most': 3}
    """
    return ResourceDefinition(_config_itself, config_schema=kwargs or None)
