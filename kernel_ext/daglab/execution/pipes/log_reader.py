"""`PipesLogReader`: reads what an external process prints, from wherever that is kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from threading import Event

from daglab.external.protocol import PipesParams


class PipesLogReader(ABC):
    """Reads what an external process prints, from wherever that is kept, in a thread of its own.

    Example:
        >>> class Driver(PipesLogReader):
        ...     def target_is_readable(self, params):
        ...         return "cluster" in params
        ...
        ...     def start(self, params, is_session_closed): ...
        ...     def stop(self): ...
        ...     def is_running(self):
        ...         return False
        >>> Driver().name
        'Driver'
    """

    @abstractmethod
    def target_is_readable(self, params: PipesParams) -> bool:
        """Whether there is something to read by now.

        Args:
            params: of the message reader, and what the process said of itself when it opened its context.
        """

    @abstractmethod
    def start(self, params: PipesParams, is_session_closed: Event) -> None:
        """Begins to read.

        Args:
            params: where from.
            is_session_closed: is set when the process has ended.
        """

    @abstractmethod
    def stop(self) -> None:
        """Waits until all is read."""

    @abstractmethod
    def is_running(self) -> bool:
        """Whether it was started and has not stopped."""

    @property
    def name(self) -> str:
        """What messages call it."""
        return type(self).__name__

    @property
    def debug_info(self) -> str | None:
        """What helps to find out why there was nothing to read."""
        return None

    def with_debug_info(self, message: str) -> str:
        """A message with what helps."""
        return f"{message}\n{self.debug_info}" if self.debug_info else message
