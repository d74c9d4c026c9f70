"""Loaders of the built-in types: an input configured in place, or read from a JSON or pickle file."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daglab.definitions.config.choices import Noneable, ScalarUnion, Selector
from daglab.definitions.config.schema_types import Array, Map, Permissive
from daglab.definitions.types.type_loader import TypeLoader

if TYPE_CHECKING:
    from daglab.definitions.types.data_type import DataType


class BuiltinLoader(TypeLoader):
    """A loader whose schema is made when it is first asked for: most types never load a value.

    Args:
        schema: makes the schema.
        construct: makes the value, of a context and config.
        inner: the types whose loaders it calls.
    """

    def __init__(
        self, schema: Callable[[], Any], construct: Callable[[Any, Any], Any], *, inner: Iterable[DataType] = ()
    ) -> None:
        self._make_schema = schema
        self._construct = construct
        loaders = [data_type.loader for data_type in inner]
        self._resource_keys = frozenset(
            key for loader in loaders if loader is not None for key in loader.required_resource_keys()
        )

    @property
    def schema_type(self) -> Any:
        """The config schema."""
        return self._make_schema()

    def construct_from_config_value(self, context: Any, config_value: Any) -> Any:
        """The value that is configured, or that lies in the file that is."""
        return self._construct(context, config_value)

    def required_resource_keys(self) -> frozenset[str]:
        """What the loaders of the inner types need."""
        return self._resource_keys


def any_loader() -> TypeLoader:
    """Of anything: `{"value": ...}`, `{"json": {"path": ...}}` or `{"pickle": {"path": ...}}`."""
    return BuiltinLoader(lambda: _from_somewhere(Any), lambda _context, config: _read(config))


def scalar_loader(python_type: type) -> TypeLoader:
    """Of a scalar: as of anything, or the value itself."""

    def schema() -> Any:
        return ScalarUnion(python_type, non_scalar_schema=_from_somewhere(python_type))

    return BuiltinLoader(schema, lambda _context, config: _read(config) if isinstance(config, dict) else config)


def dict_loader() -> TypeLoader:
    """Of a dict with any keys."""
    return BuiltinLoader(Permissive, lambda _context, config: config)


def list_loader(inner: DataType, collect: Callable[[Iterable[Any]], Any] = list) -> TypeLoader | None:
    """Of a list of what the inner type's loader takes; None if it has none."""
    loader = inner.loader
    if loader is None:
        return None

    def schema() -> Any:
        return Array(loader.schema_type)

    def construct(context: Any, config: Any) -> Any:
        return collect(loader.construct_from_config_value(context, item) for item in config)

    return BuiltinLoader(schema, construct, inner=(inner,))


def optional_loader(inner: DataType) -> TypeLoader | None:
    """Of what the inner type's loader takes, or None."""
    loader = inner.loader
    if loader is None:
        return None

    def schema() -> Any:
        return Noneable(loader.schema_type)

    def construct(context: Any, config: Any) -> Any:
        return None if config is None else loader.construct_from_config_value(context, config)

    return BuiltinLoader(schema, construct, inner=(inner,))


def mapping_loader(key_class: Any, value_type: DataType) -> TypeLoader | None:
    """Of a dict whose keys are of a plain class, and whose values the inner type's loader takes."""
    loader = value_type.loader
    if loader is None or key_class is not str:
        return None

    def schema() -> Any:
        return Map(key_class, loader.schema_type)

    def construct(context: Any, config: Any) -> Any:
        return {key: loader.construct_from_config_value(context, item) for key, item in config.items()}

    return BuiltinLoader(schema, construct, inner=(value_type,))


def tuple_loader(inner: Sequence[DataType]) -> TypeLoader | None:
    """Of a list with one entry for each inner type; None if one of them has no loader."""
    loaders = [data_type.loader for data_type in inner if data_type.loader is not None]
    if len(loaders) != len(inner):
        return None

    def schema() -> Any:
        return Array(Any)

    def construct(context: Any, config: Any) -> Any:
        pairs = zip(loaders, config, strict=True)
        return tuple(loader.construct_from_config_value(context, item) for loader, item in pairs)

    return BuiltinLoader(schema, construct, inner=inner)


def _from_somewhere(python_type: Any) -> Any:
    return Selector({"value": python_type, "json": {"path": str}, "pickle": {"path": str}})


def _read(config: dict[str, Any]) -> Any:
    """The one entry of the selector says where the value is."""
    ((place, found),) = config.items()
    if place == "value":
        return found
    data = Path(found["path"]).read_bytes()
    return json.loads(data)["value"] if place == "json" else pickle.loads(data)
