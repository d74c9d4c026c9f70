"""`with_resources`: definitions with the resources that they need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.required_resources import refuse_missing_resources
from daglab.definitions.resources.coercion import as_resource_definitions
from daglab.errors import InvalidConfigError, InvalidInvocationError


def with_resources(
    definitions: Iterable[Any],
    resource_defs: Mapping[str, object],
    resource_config_by_key: Mapping[str, Any] | None = None,
) -> Sequence[Any]:
    """Copies of definitions with resources of their own.

    Args:
        definitions: of assets or checks.
        resource_defs: resources by key.
        resource_config_by_key: config of resources, as `{"config": ...}` by key.

    Raises:
        InvalidDefinitionError: a resource that is needed is missing.
        InvalidInvocationError: a definition has another resource of the same key, or config is written otherwise.
        InvalidConfigError: config does not fit.

    Example:
        >>> from daglab.definitions.asset_decorator import asset
        >>> @asset
        ... def orders(): ...
        >>> len(with_resources([orders], {"limit": 3}))
        1
    """
    resources: dict[str, Any] = dict(as_resource_definitions(resource_defs))
    for key, config in (resource_config_by_key or {}).items():
        if key in resources:
            resources[key] = _configured(key, resources[key], config)
    given = list(definitions)
    for one in given:
        if isinstance(one, AssetsDefinition):
            refuse_missing_resources(one, resources)
        _refuse_clash(one, resources)
    return [one.with_resources(resources) for one in given]


def _refuse_clash(one: Any, resources: Mapping[str, Any]) -> None:
    own = getattr(one, "resource_defs", None) or {}
    clashing = sorted(key for key, value in own.items() if key in resources and resources[key] is not value)
    if clashing:
        raise InvalidInvocationError(
            f"{one!r} has another resource {clashing[0]!r} of its own", hint="leave it out of one of the two"
        )


def _configured(key: str, resource: Any, config: Any) -> Any:
    if not isinstance(config, Mapping) or "config" not in config:
        raise InvalidInvocationError(
            f"resource {key!r} is configured with {config!r}", hint='write it as {"config": ...}'
        )
    processed = resource.process_config(config["config"])
    if processed.problems:
        listed = [
            f"{problem.message} at {':'.join(('root', 'config', *problem.path))}" for problem in processed.problems
        ]
        raise InvalidConfigError(f"resource {key!r} is configured wrongly: {'; '.join(listed)}", errors=listed)
    return resource.configured(config["config"])
