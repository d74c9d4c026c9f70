"""What a worker process tells the driver, and what it is told."""

from __future__ import annotations

from dataclasses import dataclass

from daglab.execution.ports import StepOutcome
from daglab.records.events import Event
from daglab.records.failure import Failure


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker knows its steps."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The worker cannot know its steps, and ends."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Happened:
    """A step did something."""

    event: Event


@dataclass(frozen=True, slots=True)
class Finished:
    """A step ended; `held` are the assets whose values the worker keeps."""

    outcome: StepOutcome
    held: frozenset[str]


@dataclass(frozen=True, slots=True)
class Closed:
    """The worker has closed its resources, and ends."""


@dataclass(frozen=True, slots=True)
class Stop:
    """There is nothing more to do."""
