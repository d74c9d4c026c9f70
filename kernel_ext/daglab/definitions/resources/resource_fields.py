"""The fields of a resource class: those that config fills, and those that other resources fill."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar, Union, get_args, get_origin

from pydantic import create_model
from pydantic.fields import FieldInfo
from pydantic_core import core_schema

from daglab.definitions.config.class_schema import class_field
from daglab.definitions.config.config import Config, PermissiveConfig, written_name
from daglab.definitions.config.config_schema import ConfigSchema, as_written
from daglab.definitions.config.config_type import Walk
from daglab.definitions.config.problems import Path
from daglab.definitions.resource_annotations import is_resource_annotation
from daglab.definitions.sentinel import NO_VALUE

Value = TypeVar("Value")


class ResourceDependency(Generic[Value]):
    """Annotates a field that another resource fills, of whatever kind: `client: ResourceDependency[Client]`.

    Example:
        >>> from daglab.definitions.resources.configurable_resource import ConfigurableResource
        >>> class Loader(ConfigurableResource):
        ...     client: ResourceDependency[str]
        >>> Loader(client="a plain value").client
        'a plain value'
    """

    _is_resource_annotation = True

    if TYPE_CHECKING:

        def __get__(self, obj: Any, owner: Any) -> Value: ...

        def __set__(self, obj: Any, value: Any) -> None: ...

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> core_schema.CoreSchema:
        return core_schema.any_schema()


def is_resource_field(field: FieldInfo) -> bool:
    """Whether another resource fills the field; `Optional[...]` of a resource counts, too."""
    annotation: Any = field.annotation
    if is_resource_annotation(annotation):
        return True
    if get_origin(annotation) is Union or type(annotation).__name__ == "UnionType":
        return any(is_resource_annotation(member) for member in get_args(annotation))
    return False


def resource_fields(cls: type[Any]) -> Mapping[str, str]:
    """The names under which fields that other resources fill are written, and the attributes behind them."""
    held: Mapping[str, str] = _resource_fields(cls)  # type: ignore[arg-type]  # pydantic's metaclass hides that classes hash
    return held


@lru_cache(maxsize=1024)
def _resource_fields(cls: Any) -> Mapping[str, str]:
    return {written_name(key, field): key for key, field in cls.model_fields.items() if is_resource_field(field)}


class ResolvedFields(dict[str, Any]):
    """Processed config that remembers which of its values came from environment variables.

    Args:
        values: the values by name.
        hidden: what to show instead of those that are secret.
    """

    def __init__(self, values: Mapping[str, Any], hidden: Mapping[str, str]) -> None:
        super().__init__(values)
        self.hidden = dict(hidden)

    def __repr__(self) -> str:
        shown = (f"{name!r}: {self.hidden.get(name) or repr(value)}" for name, value in self.items())
        return f"{{{', '.join(shown)}}}"

    def __reduce__(self) -> tuple[object, ...]:
        return (ResolvedFields, (dict(self), self.hidden))


class ResourceFieldsSchema(ConfigSchema):
    """What the config of a resource class may be; what it was constructed with are the defaults.

    Args:
        cls: the class.
        given: what it was constructed with, as it is written in config.
    """

    def __init__(self, cls: type[Config], given: Mapping[str, Any]) -> None:
        super().__init__(class_field(_without_resources(cls), defaults=given, description=cls.__doc__))

    def walk_through(self, value: Any, walk: Walk, path: Path) -> Any:
        """The fields by name, with defaults filled in."""
        written = as_written({} if value is NO_VALUE else value)
        made = super().walk_through(written, walk, path)
        return ResolvedFields(made, self._hidden(written)) if isinstance(made, dict) else made

    def _hidden(self, written: Any) -> dict[str, str]:
        """What to show instead of values that environment variables give."""
        fields = getattr(self.field.config_type, "fields", {})
        raw = {name: field.raw_default for name, field in fields.items()}
        raw.update(written if isinstance(written, Mapping) else {})
        return {name: shown for name, value in raw.items() if (shown := env_vars_in(value))}


def env_vars_in(raw: Any) -> str:
    """How to show a value, as written in config, that refers to environment variables; "" for any other."""
    if isinstance(raw, Mapping):
        if raw.keys() == {"env"} and isinstance(raw["env"], str):
            return f"EnvVar({str.__str__(raw['env'])!r})"
        inner = [env_vars_in(one) for one in raw.values()]
    elif isinstance(raw, list | tuple):
        inner = [env_vars_in(one) for one in raw]
    else:
        return ""
    return ", ".join(filter(None, inner))


@lru_cache(maxsize=1024)
def _without_resources(cls: Any) -> type[Config]:
    """A plain `Config` class with the fields that config fills."""
    base = PermissiveConfig if cls.model_config.get("extra") == "allow" else Config
    fields: dict[str, Any] = {
        key: (field.annotation, field) for key, field in cls.model_fields.items() if not is_resource_field(field)
    }
    made: type[Config] = create_model(cls.__name__, __base__=base, __module__=cls.__module__, **fields)
    return made
