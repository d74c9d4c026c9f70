"""Where values are kept: the interfaces."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, TypeAlias

# The contexts open resources, and resources may be IO managers: one of the two cannot name the other.
InputContext: TypeAlias = Any
OutputContext: TypeAlias = Any


class InputManager(ABC):
    """Loads inputs: from wherever it likes.

    Example:
        >>> class Constant(InputManager):
        ...     def load_input(self, context):
        ...         return 3
        >>> Constant().load_input(None)
        3
    """

    @abstractmethod
    def load_input(self, context: InputContext) -> Any:
        """Loads a value."""


class OutputManager(ABC):
    """Stores outputs."""

    @abstractmethod
    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Stores a value."""


class IOManager(InputManager, OutputManager):
    """Stores the values that steps make and loads them for those who need them.

    `handle_output` is called once per output, before its materialization is announced: when it returns, the value
    must be readable. `load_input` is called in any process, any time later, and must not change what is stored.
    Both may raise; the step then fails with the message.

    Example:
        >>> class Shelf(IOManager):
        ...     def __init__(self):
        ...         self.values = {}
        ...     def handle_output(self, context, obj):
        ...         self.values[tuple(context.get_identifier())] = obj
        ...     def load_input(self, context):
        ...         return self.values[tuple(context.upstream_output.get_identifier())]
        >>> Shelf().values
        {}

    Attributes:
        hands_over: whether a step of the same process may be given the value itself, or a copy, instead of what
            `load_input` makes of it.
        keeps_versions: whether `load_input` can still load what was stored before the latest value; None: for those
            values of which `handle_output` said with `context.record_stored` where they lie.
    """

    hands_over = False
    keeps_versions: bool | None = None

    @abstractmethod
    def load_input(self, context: InputContext) -> Any:
        """Loads a value that `handle_output` stored."""

    @abstractmethod
    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Stores a value."""

    def holds(self, context: InputContext) -> bool:
        """Whether the value is still there; True where that cannot be told cheaply."""
        return True
