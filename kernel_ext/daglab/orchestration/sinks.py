"""Sinks of events that tell others, too."""

from __future__ import annotations

from collections.abc import Callable, Collection

from daglab.execution.ports import EventSink
from daglab.records.events import Event

Listener = Callable[[Event], None]


class Tee:
    """A sink that tells others, too.

    Args:
        sink: takes each event first.
        listeners: called with each event then; must be quick.
    """

    def __init__(self, sink: EventSink, listeners: Collection[Listener]) -> None:
        self._sink = sink
        self._listeners = listeners

    def append(self, event: Event) -> None:
        """Keeps an event, and tells it."""
        self._sink.append(event)
        for listener in self._listeners:
            listener(event)

    def flush(self) -> None:
        """Returns when all is safe."""
        self._sink.flush()
