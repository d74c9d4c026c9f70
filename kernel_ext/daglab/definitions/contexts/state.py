"""What the contexts of one step share: the facts, and what the step's code has said so far."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.contexts.facts import StepFacts
from daglab.definitions.doors import door


class StepState:
    """The facts of a step, and what its code has said so far.

    Args:
        facts: what is known about the step.
    """

    def __init__(self, facts: StepFacts) -> None:
        self.facts = facts
        self._instance: Any = None
        self.start_over()

    def start_over(self) -> None:
        """Forgets what code has said."""
        self.metadata: dict[tuple[str, str | None], dict[str, Any]] = {}
        self.asset_metadata: dict[tuple[AssetKey, str | None], dict[str, Any]] = {}
        self.data_versions: dict[AssetKey, str] = {}
        self.seen_outputs: set[tuple[str, str | None]] = set()
        self.events: list[Any] = []
        self.consumed = 0
        self.wants_typed_events = False
        self.typed_events_message: str | None = None

    @property
    def bound(self) -> StepFacts:
        """The facts, once it is known what is to be computed."""
        return self.facts

    @property
    def resources(self) -> Any:
        """The resources, as attributes."""
        return self.facts.resources

    @property
    def instance(self) -> Any:
        """The instance that was given, else one that lives as long as this."""
        if self.facts.instance is not None:
            return self.facts.instance
        if self._instance is None:
            self._instance = door("ephemeral_instance")()
        return self._instance

    @property
    def log(self) -> logging.Logger:
        """Writes to the run's log."""
        return self.facts.log or logging.getLogger("daglab.run")

    def keep_metadata(self, metadata: Mapping[str, Any], output: str, mapping_key: str | None) -> None:
        """Adds to what was said of an output; what is said last of a name stays."""
        self.metadata.setdefault((output, mapping_key), {}).update(metadata)

    def metadata_of(self, output: str, mapping_key: str | None) -> Mapping[str, Any] | None:
        """What was said of an output, as it was given."""
        return self.metadata.get((output, mapping_key), {})


class StepView:
    """A context: it answers from the state that it is given.

    Args:
        state: shared by all contexts of a step.
    """

    def __init__(self, state: StepState) -> None:
        self._state = state

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._state.facts.step_key or 'nothing yet'!r}>"
