"""`RunConfig`: the config of a run, with `Config` objects in it; and the plain dict that it stands for."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

from daglab.definitions.config.config_schema import as_written, is_config_object
from daglab.definitions.config.env_var import env_var_reference, is_env_var


class RunConfig:
    """The config of a run.

    Args:
        ops: by op or asset name: a `Config` object, or `{"config": ..., "inputs": ..., "ops": ...}`.
        resources: by key: a resource or `Config` object, or `{"config": ...}`.
        loggers: by name: `{"config": ...}`.
        execution: `{"config": {"in_process": {}}}` or `{"config": {"multiprocess": {"max_concurrent": 2}}}`.

    Example:
        >>> RunConfig(ops={"load": {"config": {"rows": 3}}}).to_config_dict()["ops"]
        {'load': {'config': {'rows': 3}}}
    """

    def __init__(
        self,
        ops: dict[str, Any] | None = None,
        resources: dict[str, Any] | None = None,
        loggers: dict[str, Any] | None = None,
        execution: dict[str, Any] | None = None,
    ) -> None:
        self.ops = ops or {}
        self.resources = resources or {}
        self.loggers = loggers or {}
        self.execution = execution or {}

    def to_config_dict(self) -> dict[str, Any]:
        """The run config as plain dicts; environment variables as `{"env": NAME}`."""
        return {
            "loggers": self.loggers,
            "resources": _with_dicts(self.resources),
            "ops": _with_dicts(self.ops),
            "execution": self.execution,
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RunConfig) and self.to_config_dict() == other.to_config_dict()

    __hash__ = None  # type: ignore[assignment]  # it holds dicts

    def __repr__(self) -> str:
        given = {name: value for name, value in self.to_config_dict().items() if value}
        return f"RunConfig({', '.join(f'{name}={value!r}' for name, value in given.items())})"


def _with_dicts(configs: Any) -> Any:
    if not isinstance(configs, Mapping):
        return configs
    made = {}
    for name, value in configs.items():
        if not is_config_object(value):
            made[name] = _with_dicts(value)
        else:
            made[name] = as_written(value) if name == "config" else {"config": as_written(value)}
    return made


def as_run_config(given: Any) -> Any:
    """Run config as plain dicts, whether it was given as such, as `RunConfig`, or as nothing.

    Example:
        >>> as_run_config(None)
        {}
    """
    if given is None:
        return {}
    return given.to_config_dict() if isinstance(given, RunConfig) else _with_dicts(given)


def storable_run_config(given: Any) -> Any:
    """Run config in the form in which it is kept: environment variables by name, enums by name, never resolved.

    Example:
        >>> from daglab.definitions.config.env_var import EnvVar
        >>> storable_run_config({"resources": {"db": {"config": {"token": EnvVar("TOKEN")}}}})
        {'resources': {'db': {'config': {'token': {'env': 'TOKEN'}}}}}
    """
    return _storable(as_run_config(given))


def _storable(value: Any) -> Any:
    if is_env_var(value):
        return env_var_reference(value)
    if is_config_object(value):
        return _storable(as_written(value))
    if isinstance(value, Mapping):
        return {key: _storable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(inner) for inner in value]
    return value.name if isinstance(value, enum.Enum) else value
