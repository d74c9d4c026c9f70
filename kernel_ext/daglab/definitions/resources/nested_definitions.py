"""Definitions of resources that hold other resources in their fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from daglab.definitions.resources.coercion import as_resource_definition
from daglab.definitions.resources.io_manager_definition import IOManagerDefinition
from daglab.definitions.resources.resource_definition import ResourceDefinition
from daglab.errors import InvalidDefinitionError


class ConfigurableResourceDefinition(ResourceDefinition):
    """The definition behind a resource class.

    Args:
        configurable_resource_cls: the class.
        nested_resources: what fills its resource fields, by attribute.
        fields: what else a definition takes.
    """

    def __init__(self, *, configurable_resource_cls: type, nested_resources: Mapping[str, Any], **fields: Any) -> None:
        super().__init__(**fields)
        self.configurable_resource_cls = configurable_resource_cls
        self.nested_resources = dict(nested_resources)

    def get_required_resource_keys(self, resource_defs: Mapping[str, ResourceDefinition]) -> frozenset[str]:
        """The keys of the resources that this one needs, those of its fields included.

        Raises:
            InvalidDefinitionError: a field holds a resource that still needs config, and that has no key.
        """
        found = set(self.required_resource_keys)
        for attribute, nested in self.nested_resources.items():
            if is_partial(nested):
                found.add(key_of_partial(self.configurable_resource_cls, attribute, nested, resource_defs))
            else:
                found |= as_resource_definition(nested).get_required_resource_keys(resource_defs)
        return frozenset(found)

    def _fields(self) -> dict[str, Any]:
        nested = {
            "configurable_resource_cls": self.configurable_resource_cls,
            "nested_resources": self.nested_resources,
        }
        return super()._fields() | nested


class ConfigurableIOManagerDefinition(ConfigurableResourceDefinition, IOManagerDefinition):
    """The definition behind an IO manager class."""


def is_partial(nested: object) -> bool:
    """Whether only the run's config completes the resource."""
    if getattr(nested, "is_partial_resource", False) is True:
        return True
    schema = as_resource_definition(nested).config_schema
    return schema is not None and not schema.process(resolve_env=False).success


def key_of_partial(cls: type, attribute: str, nested: object, resource_defs: Mapping[str, ResourceDefinition]) -> str:
    """The key under which the run knows a resource that its config completes.

    Raises:
        InvalidDefinitionError: there is none.
    """
    wanted = as_resource_definition(nested)
    for key, definition in resource_defs.items():
        if as_resource_definition(definition) is wanted:
            return key
    raise InvalidDefinitionError(
        f"{cls.__name__}.{attribute} holds a resource that still needs config, and that has no key of its own",
        hint=f"give the same object in resources= under a key, beside the one that holds it; there are "
        f"{sorted(resource_defs)}",
    )
