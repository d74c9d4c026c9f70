"""`ConfigurableResource`: a resource as a class with fields, built on pydantic; loaded only where it is used."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from typing import Any, ClassVar, Generic, Self, TypeVar

from pydantic_core import core_schema

from daglab.definitions.config.config import INTERNAL, Config
from daglab.definitions.config.config_schema import ConfigSchema
from daglab.definitions.resources.async_scopes import is_async_scope, run_scope
from daglab.definitions.resources.build_init_context import build_init_resource_context
from daglab.definitions.resources.calling import call_with_context
from daglab.definitions.resources.coercion import as_resource_definition
from daglab.definitions.resources.init_context import InitResourceContext
from daglab.definitions.resources.nested_definitions import ConfigurableResourceDefinition, is_partial, key_of_partial
from daglab.definitions.resources.opening import entered
from daglab.definitions.resources.partial_resource import PartialResource
from daglab.definitions.resources.resource_fields import ResourceFieldsSchema, resource_fields
from daglab.errors import InvalidInvocationError, InvariantViolationError

Given = TypeVar("Given")

_DEFINITION, _CONTEXT, _HIDDEN = f"_definition{INTERNAL}", f"_context{INTERNAL}", f"_hidden{INTERNAL}"


class ConfigurableResourceFactory(Config, ABC, Generic[Given]):
    """A class whose fields are config, and whose `create_resource` makes what user code gets.

    Fields that hold other resources are annotated with their class or with `ResourceDependency[...]`.

    Example:
        >>> class Greeting(ConfigurableResourceFactory[str]):
        ...     name: str
        ...     def create_resource(self, context):
        ...         return f"hello, {self.name}"
        >>> Greeting(name="you").process_config_and_initialize()
        'hello, you'
    """

    _is_resource_annotation: ClassVar[bool] = True

    @abstractmethod
    def create_resource(self, context: InitResourceContext) -> Given:
        """Makes what user code gets."""
        raise NotImplementedError

    def setup_for_execution(self, context: InitResourceContext) -> None:
        """Called on the configured resource before it is used; override it to connect, authenticate, and so on."""

    def teardown_after_execution(self, context: InitResourceContext) -> None:
        """Called once nobody needs the resource, also after failures; not if `setup_for_execution` raised."""

    @contextmanager
    def yield_for_execution(self, context: InitResourceContext) -> Iterator[Given]:
        """The life of the resource; override it to wrap it in `with` blocks of others.

        By default: `setup_for_execution`, then what `create_resource` gives, then `teardown_after_execution`. May
        also be an `@asynccontextmanager`.
        """
        self.setup_for_execution(context)
        try:
            yield self.create_resource(context)
        finally:
            self.teardown_after_execution(context)

    @classmethod
    def configure_at_launch(cls, **kwargs: Any) -> PartialResource:
        """The resource with some fields given here, and the others left to the config of each run."""
        return PartialResource(cls, kwargs, cls._definition_class(), cls._definition_fields)

    def get_resource_definition(self) -> ConfigurableResourceDefinition:
        """The definition: the same object each time."""
        owner, definition = self.__dict__.get(_DEFINITION, (None, None))
        if owner != id(self) or definition is None:  # a copy has a definition of its own
            schema = ResourceFieldsSchema(type(self), self._as_given())
            definition = self._definition_class()(
                resource_fn=self._resource_function(),
                config_schema=schema,
                description=type(self).__doc__,
                configurable_resource_cls=type(self),
                nested_resources=self.nested_resources,
                **self._definition_fields(),
            )
            setattr(self, _DEFINITION, (id(self), definition))
        made: ConfigurableResourceDefinition = definition
        return made

    @property
    def nested_resources(self) -> Mapping[str, Any]:
        """What fills the fields that hold other resources, by attribute."""
        return {key: self.__dict__[key] for key in resource_fields(type(self)).values() if key in self.__dict__}

    def get_resource_context(self) -> InitResourceContext:
        """The context that the resource was opened with.

        Raises:
            InvariantViolationError: it was not opened.
        """
        context = self.__dict__.get(_CONTEXT)
        if context is None:
            raise InvariantViolationError(
                f"this {type(self).__name__} was not opened, so it has no context",
                hint="use the resource that a run, or build_resources, opens",
            )
        opened_with: InitResourceContext = context
        return opened_with

    @classmethod
    def to_config_schema(cls) -> ConfigSchema:
        """What its config may be, for `@resource` functions that use the class; they get the fields as a dict."""
        return ResourceFieldsSchema(cls, {})

    def with_replaced_resource_context(self, resource_context: InitResourceContext) -> Self:
        """A copy that was opened with that context."""
        return self._updated({}, resource_context)

    def with_resource_context(self, resource_context: InitResourceContext) -> Self:
        """The same as `with_replaced_resource_context`."""
        return self.with_replaced_resource_context(resource_context)

    def process_config_and_initialize(self) -> Given:
        """What user code gets, made here and now: environment variables read, fields checked, resource opened.

        Raises:
            InvalidConfigError: an environment variable is not set, or does not fit.
            InvariantViolationError: the resource has to be closed; use `process_config_and_initialize_cm`.
        """
        self._refuse_scoped("process_config_and_initialize_cm")
        made: Given = self._open(build_init_resource_context(config=self._processed()))
        return made

    @contextmanager
    def process_config_and_initialize_cm(self) -> Iterator[Given]:
        """The same for as long as the `with` block runs, with the resource closed after it."""
        with self._open_scoped(build_init_resource_context(config=self._processed())) as made:
            yield made

    @classmethod
    def from_resource_context(
        cls, context: InitResourceContext, nested_resources: Mapping[str, Any] | None = None
    ) -> Given:
        """What user code gets, made of the config of a context: for `@resource` functions that use the class.

        Raises:
            InvariantViolationError: the resource has to be closed; use `from_resource_context_cm`.
        """
        cls._refuse_scoped("from_resource_context_cm")
        made: Given = cls(**{**(context.resource_config or {}), **(nested_resources or {})})._open(context)
        return made

    @classmethod
    @contextmanager
    def from_resource_context_cm(
        cls, context: InitResourceContext, nested_resources: Mapping[str, Any] | None = None
    ) -> Iterator[Given]:
        """The same for as long as the `with` block runs, with the resource closed after it."""
        made = cls(**{**(context.resource_config or {}), **(nested_resources or {})})
        with made._open_scoped(context) as opened:
            yield opened

    @classmethod
    def _definition_class(cls) -> type[ConfigurableResourceDefinition]:
        return ConfigurableResourceDefinition

    @classmethod
    def _definition_fields(cls) -> dict[str, Any]:
        """What the definition takes beside what all have."""
        return {}

    @classmethod
    def _is_scoped(cls) -> bool:
        """Whether it has to be closed; what it holds may have to be, too."""
        base = ConfigurableResourceFactory
        return (
            cls.yield_for_execution is not base.yield_for_execution
            or cls.teardown_after_execution is not base.teardown_after_execution
            or bool(resource_fields(cls))
        )

    @classmethod
    def _refuse_scoped(cls, instead: str) -> None:
        if cls._is_scoped():
            raise InvariantViolationError(
                f"{cls.__name__} has to be closed after use", hint=f"write `with ....{instead}(...) as opened:`"
            )

    def _resource_function(self) -> Any:
        return self._open_scoped if self._is_scoped() else self._open

    def _open(self, context: InitResourceContext) -> Any:
        with self._resolved(context) as ready:
            ready.setup_for_execution(context)
            return ready.create_resource(context)

    @contextmanager
    def _open_scoped(self, context: InitResourceContext) -> Iterator[Any]:
        with self._resolved(context) as ready:
            scope: Any = ready.yield_for_execution(context)
            around: AbstractContextManager[Any] = run_scope(scope, context) if is_async_scope(scope) else scope
            with around as value:
                yield value

    @contextmanager
    def _resolved(self, context: InitResourceContext) -> Iterator[Self]:
        """A copy with the resources it holds opened and its config filled in."""
        with ExitStack() as stack:
            nested = {name: self._opened(name, one, context, stack) for name, one in self.nested_resources.items()}
            names = {key: name for name, key in resource_fields(type(self)).items()}
            by_name = {names[key]: value for key, value in nested.items()}
            yield self._updated({**by_name, **(context.resource_config or {})}, context)

    def _opened(self, attribute: str, nested: Any, context: InitResourceContext, stack: ExitStack) -> Any:
        if is_partial(nested):
            key = key_of_partial(type(self), attribute, nested, context.all_resource_defs)
            return context.resources.original_resource_dict[key]
        definition = as_resource_definition(nested)
        what = f"{type(self).__name__}.{attribute}"
        config = definition.process_config().or_raise(f"the config of {what}")
        value, close = entered(call_with_context(definition.resource_fn, context.bound_to(definition, config)), what)
        if close is not None:
            stack.callback(close)
        return value

    def _updated(self, values: Mapping[str, Any], context: InitResourceContext) -> Self:
        """A copy with other values, that belongs to a context."""
        made = type(self)(**{**self._get_non_default_public_field_values(), **values})
        hidden = {**self.__dict__.get(_HIDDEN, {}), **getattr(context.resource_config, "hidden", {})}
        setattr(made, _HIDDEN, hidden)
        setattr(made, _CONTEXT, context)
        return made

    def _processed(self) -> Any:
        schema = self.get_resource_definition().config_schema
        return schema.process().or_raise(f"the config of {type(self).__name__}")

    def _as_given(self) -> dict[str, Any]:
        """The fields that it was constructed with, as they are written in config."""
        held, cls = resource_fields(type(self)), type(self)
        given = {cls.model_fields[key].alias or key for key in self.model_fields_set if key in cls.model_fields}
        return {
            name: value
            for name, value in self._convert_to_config_dictionary().items()
            if name not in held and (name in given or name not in cls.model_fields)
        }

    def _convert_to_config_dictionary(self) -> dict[str, Any]:
        """The config as it is written in run config; the resources that it holds are not part of it."""
        written = super()._convert_to_config_dictionary()
        return {name: value for name, value in written.items() if name not in resource_fields(type(self))}

    def _cannot_be_set(self, name: str, value: object) -> InvalidInvocationError:
        return InvalidInvocationError(
            f"{type(self).__name__}.{name} cannot be set: a resource does not change once it is made",
            hint=f"declare state as `_{name.lstrip('_')} = pydantic.PrivateAttr()` and set it in setup_for_execution, "
            "or keep it in an object that a method of the resource gives",
        )

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        hidden = self.__dict__.get(_HIDDEN, {})
        for name, value in super().__repr_args__():
            yield name, _Shown(hidden[name]) if name in hidden else value

    def __getstate__(self) -> dict[Any, Any]:
        """Without what belongs to this process: the definition and the context."""
        state = super().__getstate__()
        kept = {key: value for key, value in state["__dict__"].items() if key not in (_DEFINITION, _CONTEXT)}
        return {**state, "__dict__": kept}

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        """As a field of another resource, it also takes what is completed at launch."""
        if not cls.__dict__.get("__pydantic_complete__", False):
            schema: core_schema.CoreSchema = handler(source)
            return schema
        return core_schema.no_info_plain_validator_function(partial(_as_nested, cls))


class _Shown:
    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def _as_nested(cls: type[ConfigurableResourceFactory[Any]], value: Any) -> Any:
    if isinstance(value, cls) or (isinstance(value, PartialResource) and issubclass(value.resource_cls, cls)):
        return value
    if isinstance(value, Mapping):
        return cls(**value)
    raise ValueError(f"expected a {cls.__name__}, got {type(value).__name__}")


class ConfigurableResource(ConfigurableResourceFactory[Given]):
    """A resource as a class: its fields are config, its methods are what user code calls.

    Fields may be left to the run's config (`configure_at_launch`), read from the environment (`EnvVar`), or hold
    other resources. An instance does not change once it is made; private attributes may.

    Example:
        >>> class Greeter(ConfigurableResource):
        ...     name: str
        ...     def greet(self):
        ...         return f"hello, {self.name}"
        >>> Greeter(name="you").greet()
        'hello, you'
    """

    def create_resource(self, context: InitResourceContext) -> Given:
        """What user code gets: the configured resource itself, unless this is overridden."""
        itself: Any = self
        made: Given = itself
        return made
