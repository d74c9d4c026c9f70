"""An IO manager that remembers what it was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from daglab.definitions.io_manager import InputContext, OutputContext
from daglab.errors import ValueMissingError
from daglab.io_managers.memory import InMemoryIOManager


@dataclass(frozen=True, kw_only=True)
class StoredOutput:
    """What an IO manager was given.

    Args:
        name: the asset's key, else "step.output".
        context: what it was told with the value.
    """

    name: str
    value: Any
    context: OutputContext


@dataclass(frozen=True, kw_only=True)
class LoadedInput:
    """What an IO manager was asked for, and gave.

    Args:
        name: the asset's key, else "step.output".
        context: what it was told.
    """

    name: str
    value: Any
    context: InputContext


class RecordingIOManager(InMemoryIOManager):
    """Keeps values in memory and remembers, in order, all that it stored and loaded.

    Args:
        given: values of assets by key, for those that nobody makes in the test.

    Example:
        >>> from daglab.definitions.io_contexts.build_contexts import build_input_context, build_output_context
        >>> values = RecordingIOManager(given={"orders": [1, 2, 3]})
        >>> values.load_input(build_input_context(asset_key="orders"))
        [1, 2, 3]
        >>> values.handle_output(build_output_context(asset_key="total"), 6)
        >>> values.values
        {'total': 6}
        >>> [one.name for one in values.loaded]
        ['orders']
    """

    def __init__(self, given: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self.given = dict(given or {})
        self.stored: list[StoredOutput] = []
        self.loaded: list[LoadedInput] = []

    @property
    def values(self) -> dict[str, Any]:
        """The last value of each name that was stored."""
        return {one.name: one.value for one in self.stored}

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Keeps the value, and remembers it."""
        super().handle_output(context, obj)
        self.stored.append(StoredOutput(name=_name(context), value=obj, context=context))

    def load_input(self, context: InputContext) -> Any:
        """The object that was stored last under this name, else the one that was given for it.

        Raises:
            ValueMissingError: there is neither.
        """
        name = _name(context)
        if self._has_stored(context):
            value = super().load_input(context)
        elif name in self.given:
            value = self.given[name]
        else:
            raise ValueMissingError(
                f"nothing made {name!r}, and no value was given for it",
                hint=f"give one: RecordingIOManager(given={{{name!r}: ...}})",
            )
        self.loaded.append(LoadedInput(name=name, value=value, context=context))
        return value

    def holds(self, context: InputContext) -> bool:
        """Whether there is a value of this name."""
        return _name(context) in self.given or self._has_stored(context)

    def _has_stored(self, context: InputContext) -> bool:
        return context.upstream_output is not None and super().holds(context)


def _name(context: InputContext | OutputContext) -> str:
    if context.has_asset_key:
        return str(context.asset_key)
    return (context.upstream if isinstance(context, InputContext) else context).label
