"""Anything that `resources=` takes, as a definition."""

from __future__ import annotations

from collections.abc import Mapping

from daglab.definitions.resources.io_interfaces import IOManager
from daglab.definitions.resources.io_manager_definition import IOManagerDefinition
from daglab.definitions.resources.resource_definition import ResourceDefinition


def as_resource_definition(value: object) -> ResourceDefinition:
    """The definition behind a value: its own, or one that gives the value as it is.

    Args:
        value: a definition, a `ConfigurableResource`, what `configure_at_launch` gave, or any object.

    Example:
        >>> as_resource_definition(3).resource_fn(None)
        3
    """
    if isinstance(value, ResourceDefinition):
        return value
    # Resources that are pydantic models are known by their method, so that pydantic need not be imported to ask.
    if getattr(type(value), "_is_resource_annotation", False) is True and hasattr(value, "get_resource_definition"):
        definition: ResourceDefinition = value.get_resource_definition()
        return definition
    if isinstance(value, IOManager):
        return IOManagerDefinition.hardcoded_io_manager(value)
    return ResourceDefinition.hardcoded_resource(value)


def as_resource_definitions(values: Mapping[str, object] | None) -> dict[str, ResourceDefinition]:
    """The definitions behind several values."""
    return {key: as_resource_definition(value) for key, value in (values or {}).items()}
