"""`ConfigurableIOManager`: an IO manager as a class with fields; loaded only where it is used."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, TypeVar

from daglab.definitions.resources.configurable_resource import ConfigurableResourceFactory
from daglab.definitions.resources.init_context import InitResourceContext
from daglab.definitions.resources.io_interfaces import IOManager
from daglab.definitions.resources.nested_definitions import (
    ConfigurableIOManagerDefinition,
    ConfigurableResourceDefinition,
)

Made = TypeVar("Made")


class ConfigurableIOManagerFactory(ConfigurableResourceFactory[Made]):
    """A class whose fields are config, and whose `create_io_manager` makes the IO manager.

    Example:
        >>> class Nowhere(IOManager):
        ...     def handle_output(self, context, obj): ...
        ...     def load_input(self, context): ...
        >>> class NowhereFactory(ConfigurableIOManagerFactory[Nowhere]):
        ...     def create_io_manager(self, context):
        ...         return Nowhere()
        >>> type(NowhereFactory().process_config_and_initialize()).__name__
        'Nowhere'
    """

    @abstractmethod
    def create_io_manager(self, context: InitResourceContext) -> Made:
        """Makes the IO manager."""
        raise NotImplementedError

    def create_resource(self, context: InitResourceContext) -> Made:
        """What `create_io_manager` makes."""
        return self.create_io_manager(context)

    @classmethod
    def input_config_schema(cls) -> Any:
        """What the config of an input that it loads may be; None where anything goes."""
        return None

    @classmethod
    def output_config_schema(cls) -> Any:
        """What the config of an output that it stores may be; None where outputs have none."""
        return None

    @classmethod
    def _definition_class(cls) -> type[ConfigurableResourceDefinition]:
        return ConfigurableIOManagerDefinition

    @classmethod
    def _definition_fields(cls) -> dict[str, Any]:
        return {
            "input_config_schema": cls.input_config_schema(),
            "output_config_schema": cls.output_config_schema(),
        }


class ConfigurableIOManager(ConfigurableIOManagerFactory[Any], IOManager):
    """An IO manager as a class: its fields are config.

    Example:
        >>> class Greeting(ConfigurableIOManager):
        ...     name: str
        ...     def handle_output(self, context, obj): ...
        ...     def load_input(self, context):
        ...         return f"hello, {self.name}"
        >>> Greeting(name="you").load_input(None)
        'hello, you'
    """

    def create_io_manager(self, context: InitResourceContext) -> Any:
        """Itself."""
        return self
