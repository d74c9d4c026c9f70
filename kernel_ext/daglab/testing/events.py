"""A log of events that lives in a list."""

from __future__ import annotations

from daglab.records.events import Event, EventType, LogLine


class RecordingSink:
    """An `EventSink` that keeps every event in `events`, in order.

    Example:
        >>> from daglab.testing.clock import FakeClock
        >>> sink = RecordingSink()
        >>> sink.append(Event(run_id="r", type=EventType.RUN_START, at=FakeClock().now()))
        >>> [event.type.value for event in sink.events]
        ['RUN_START']
    """

    def __init__(self) -> None:
        self.events: list[Event] = []

    def append(self, event: Event) -> None:
        """Keeps an event."""
        self.events.append(event)

    def flush(self) -> None:
        """Does nothing: a list is as safe as it gets."""

    def of_type(self, kind: EventType) -> list[Event]:
        """The events of one type, in order."""
        return [event for event in self.events if event.type is kind]


def printed_text(events: list[Event], step_key: str | None = None) -> str:
    """What steps printed, line by line as it came; of one step, or of all.

    Example:
        >>> printed_text([])
        ''
    """
    lines = [
        event.payload.text
        for event in events
        if event.type is EventType.OUTPUT and isinstance(event.payload, LogLine) and step_key in (None, event.step_key)
    ]
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
