"""`ConfigMapping`: a graph or job whose config is simpler than that of what it is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, overload

from daglab.definitions.config.config_schema import ConfigSchema, as_written
from daglab.definitions.config.configured_schema import anything, call_with_config, schema_of_parameter
from daglab.definitions.config.run_config import as_run_config
from daglab.definitions.sentinel import NO_VALUE
from daglab.errors import InvalidConfigDefinitionError


class ConfigMapping:
    """How config of a graph becomes config of its nodes, or config of a job its run config.

    Args:
        config_fn: takes the config; gives `{node: {"config": ...}}` for a graph, run config for a job.
        config_schema: what the config may be; anything by default.
        receive_processed_config_values: False to give `config_fn` the config as it is written, names of enums for
            example, with defaults filled in.

    Example:
        >>> mapping = ConfigMapping(lambda config: {"load": {"config": {"rows": config["n"]}}}, {"n": int})
        >>> mapping.resolve_from_unvalidated_config({"n": 3})
        {'load': {'config': {'rows': 3}}}
    """

    def __init__(
        self,
        config_fn: Callable[[Any], Any],
        config_schema: Any = None,
        receive_processed_config_values: bool | None = None,
    ) -> None:
        if not callable(config_fn):
            raise InvalidConfigDefinitionError(
                f"a config mapping is made of a function, got {config_fn!r}", hint="give a function of the config"
            )
        self.config_fn = config_fn
        self.config_schema = ConfigSchema.of(config_schema) or anything()
        self.receive_processed_config_values = receive_processed_config_values

    def resolve_from_unvalidated_config(self, config: Any) -> Any:
        """What the function makes of config as the user wrote it.

        Raises:
            InvalidConfigError: the config does not fit; all problems are listed.
            ConfigMappingError: the function raised.
        """
        given = NO_VALUE if config is None else as_written(config)
        return self.map_config(given, self.config_schema.process(given).or_raise("the config of the config mapping"))

    def map_config(self, written: Any, processed: Any) -> Any:
        """What the function makes of config of which both forms are known.

        Raises:
            ConfigMappingError: the function raised.
        """
        if self.receive_processed_config_values is False:
            processed = self._as_written_with_defaults(written)
        return self.resolve_from_validated_config(processed)

    def resolve_from_validated_config(self, config: Any) -> Any:
        """What the function makes of processed config.

        Raises:
            ConfigMappingError: the function raised.
        """
        made = call_with_config(self.config_fn, config, "the config mapping function")
        return as_run_config(made)

    def _as_written_with_defaults(self, given: Any) -> Any:
        fields = getattr(self.config_schema.field.config_type, "fields", {})
        if given is NO_VALUE:
            return self.config_schema.field.raw_default
        if not fields or not isinstance(given, dict):
            return given
        defaults = {name: field.raw_default for name, field in fields.items() if field.default_provided}
        return {**defaults, **given}


@overload
def config_mapping(config_fn: Callable[..., Any]) -> ConfigMapping: ...
@overload
def config_mapping(
    *, config_schema: Any = ..., receive_processed_config_values: bool | None = ...
) -> Callable[[Callable[..., Any]], ConfigMapping]: ...
def config_mapping(
    config_fn: Callable[..., Any] | None = None,
    *,
    config_schema: Any = None,
    receive_processed_config_values: bool | None = None,
) -> ConfigMapping | Callable[[Callable[..., Any]], ConfigMapping]:
    """Turns a function into a `ConfigMapping`.

    Args:
        config_fn: takes the config; annotated with a `Config` class it needs no schema.
        config_schema: what the config may be.
        receive_processed_config_values: see `ConfigMapping`.

    Raises:
        InvalidDefinitionError: the function takes more than the config, or its config is declared twice.

    Example:
        >>> @config_mapping(config_schema={"n": int})
        ... def rows(config):
        ...     return {"load": {"config": {"rows": config["n"]}}}
        >>> rows.config_fn({"n": 3})
        {'load': {'config': {'rows': 3}}}
    """

    def decorate(function: Callable[..., Any]) -> ConfigMapping:
        schema = schema_of_parameter(function, config_schema)
        return ConfigMapping(function, schema, receive_processed_config_values)

    return decorate if config_fn is None else decorate(config_fn)
