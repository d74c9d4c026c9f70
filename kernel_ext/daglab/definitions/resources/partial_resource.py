"""A resource class of which only the run's config completes the fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from daglab.definitions.config.config import config_value
from daglab.definitions.resources.init_context import InitResourceContext
from daglab.definitions.resources.nested_definitions import ConfigurableResourceDefinition
from daglab.definitions.resources.resource_fields import ResourceFieldsSchema, resource_fields


class PartialResource:
    """A resource that is completed at launch, as `configure_at_launch` gives it.

    Args:
        resource_cls: the class.
        data: the fields that are given already.
        definition_class: the kind of its definition.
        definition_fields: gives what the definition takes beside what all have.
    """

    _is_resource_annotation: ClassVar[bool] = True
    is_partial_resource: ClassVar[bool] = True

    def __init__(
        self,
        resource_cls: type[Any],
        data: Mapping[str, Any],
        definition_class: type[ConfigurableResourceDefinition],
        definition_fields: Callable[[], Mapping[str, Any]],
    ) -> None:
        self.resource_cls = resource_cls
        self.data = dict(data)
        held = resource_fields(resource_cls)
        self.nested_resources: Mapping[str, Any] = {held[name]: one for name, one in data.items() if name in held}
        fields = resource_cls.model_fields
        given = {name: config_value(one, fields.get(name)) for name, one in data.items() if name not in held}
        self._definition = definition_class(
            resource_fn=self._open,
            config_schema=ResourceFieldsSchema(resource_cls, given),
            description=resource_cls.__doc__,
            configurable_resource_cls=resource_cls,
            nested_resources=self.nested_resources,
            **definition_fields(),
        )

    def get_resource_definition(self) -> ConfigurableResourceDefinition:
        """The definition: the same object each time."""
        return self._definition

    def _open(self, context: InitResourceContext) -> Any:
        made = self.resource_cls(**{**self.data, **context.resource_config})
        return made._resource_function()(context)

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self.data.items())
        return f"{self.resource_cls.__name__}.configure_at_launch({given})"
