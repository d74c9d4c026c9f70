"""`build_init_resource_context`: the context with which a test opens a resource."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Self

from daglab.definitions.resources.available import Resources
from daglab.definitions.resources.building import LooseResources, checked_mapping, ephemeral_instance
from daglab.definitions.resources.init_context import InitResourceContext


class UnboundInitResourceContext(InitResourceContext):
    """A context that belongs to no resource yet, as `build_init_resource_context` makes it.

    Args:
        resource_config: the config, not checked yet.
        resources: definitions and plain objects by key.
        instance: the instance.
    """

    def __init__(self, resource_config: Any, resources: Mapping[str, Any] | None, instance: Any = None) -> None:
        instance = instance if instance is not None else ephemeral_instance()
        self._loose = LooseResources(resources, instance=instance)
        super().__init__(resource_config, Resources({}), instance=instance, log_manager=logging.getLogger("daglab"))

    @property
    def resources(self) -> Resources:
        """The resources.

        Raises:
            InvariantViolationError: one has to be closed, and the context is used without `with`.
        """
        return self._loose.resources

    def replace_config(self, config: Any) -> UnboundInitResourceContext:
        """The same with other config."""
        return UnboundInitResourceContext(config, self._loose.given, self._instance)

    def __enter__(self) -> Self:
        self._loose.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._loose.__exit__(*error)


def build_init_resource_context(
    config: Mapping[str, Any] | None = None,
    resources: Mapping[str, Any] | None = None,
    instance: Any = None,
) -> UnboundInitResourceContext:
    """The context with which a test calls a resource; a context manager where its resources have to be closed.

    Args:
        config: the resource's config.
        resources: what the resource requires: definitions and plain objects by key.
        instance: the instance; an ephemeral one if left out.

    Example:
        >>> build_init_resource_context(resources={"limit": 3}).resources.limit
        3
    """
    return UnboundInitResourceContext(checked_mapping(config, "config"), resources, instance)
