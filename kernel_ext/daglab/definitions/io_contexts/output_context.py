"""`OutputContext`: what an IO manager is told of a value that it is to store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.io_contexts.stored_value import StoredValue
from daglab.definitions.io_contexts.value_context import ValueContext
from daglab.definitions.metadata import MetadataValue, RawMetadata, normalize_metadata
from daglab.definitions.user_events import AssetMaterialization, AssetObservation
from daglab.errors import InvalidInvocationError, InvariantViolationError

UserEvent = AssetMaterialization | AssetObservation


class OutputContext(ValueContext):
    """What an IO manager is told of the value that it is to store.

    Args:
        step_key: the step that made it.
        name: the output.
        run_id: the run.
        mapping_key: which value of a dynamic output it is.
        version: the version of the code that made it.
        output_metadata: what the code that made it said of it.
        asset_spec: what is said of the asset.
        asset_key: the asset.
        stored: where the value lies, where it is stored already.
        output_name: the same as `name`.
        common: what `ValueContext` takes.

    Example:
        >>> OutputContext(step_key="load", name="result", run_id="r").get_identifier()
        ['r', 'load', 'result']
    """

    _built_by = "build_output_context"

    def __init__(
        self,
        step_key: str | None = None,
        name: str | None = None,
        run_id: str | None = None,
        *,
        mapping_key: str | None = None,
        version: str | None = None,
        output_metadata: Mapping[str, Any] | None = None,
        asset_spec: Any = None,
        asset_key: AssetKey | None = None,
        stored: StoredValue | None = None,
        output_name: str | None = None,
        **common: Any,
    ) -> None:
        super().__init__(name=output_name if name is None else name, asset_key=asset_key, **common)
        self._step_key = step_key
        self._run_id = run_id
        self._mapping_key = mapping_key
        self._version = version
        self._output_metadata = dict(output_metadata or {})
        self._asset_spec = asset_spec
        self._user_events: list[UserEvent] = []
        self._unread_events: list[UserEvent] = []
        self._logged: dict[str, MetadataValue] = {}
        self.stored = stored

    @property
    def step_key(self) -> str:
        """The step that made the value."""
        return self._missing("step_key") if self._step_key is None else self._step_key

    @property
    def run_id(self) -> str:
        """The run that made the value."""
        return self._missing("run_id") if self._run_id is None else self._run_id

    @property
    def output_name(self) -> str:
        """The same as `name`."""
        return self.name

    @property
    def mapping_key(self) -> str | None:
        """Which value of a dynamic output it is; None for others."""
        return self._mapping_key

    @property
    def version(self) -> str | None:
        """The version of the code that made it."""
        return self._version

    @property
    def output_metadata(self) -> Mapping[str, Any]:
        """What the code that made the value said of it."""
        return self._output_metadata

    @property
    def asset_spec(self) -> Any:
        """What is said of the asset."""
        return self._missing("asset_spec") if self._asset_spec is None else self._asset_spec

    @property
    def label(self) -> str:
        """How the value is called in messages."""
        if self._asset_key is not None:
            return str(self._asset_key)
        return f"{self._step_key or 'a step'}.{self._name or 'result'}"

    @property
    def value_path(self) -> list[str]:
        """Path parts that tell this value from all others: the asset's key and partition, or run, step and output."""
        if self._asset_key is None:
            return list(self.get_identifier())
        return [*self._asset_key.path, *([self._partition_key] if self._partition_key else [])]

    def get_identifier(self) -> Sequence[str]:
        """Run, step and output, and the mapping key of a dynamic one; versioned values have no run."""
        parts = [self.step_key, self.name]
        if self._version is not None:
            if self._mapping_key is not None:
                raise InvariantViolationError(
                    f"the dynamic output {self.label} has a version", hint="values of dynamic outputs have none"
                )
            return ["versioned_outputs", self._version, *parts]
        return [self.run_id, *parts, *([self._mapping_key] if self._mapping_key else [])]

    def get_run_scoped_output_identifier(self) -> Sequence[str]:
        """Run, step and output, and the mapping key of a dynamic one."""
        return [self.run_id, self.step_key, self.name, *([self._mapping_key] if self._mapping_key else [])]

    def get_output_identifier(self) -> Sequence[str]:
        """The same as `get_identifier`."""
        return self.get_identifier()

    def get_asset_output_identifier(self) -> Sequence[str]:
        """The same as `get_asset_identifier`."""
        return self.get_asset_identifier()

    def add_output_metadata(self, metadata: RawMetadata) -> None:
        """Adds facts about the stored value to its materialization.

        Raises:
            InvariantViolationError: a fact of that name was added before.
        """
        again = sorted(metadata.keys() & self._logged.keys())
        if again:
            raise InvariantViolationError(
                f"{self.label}: metadata was added before under {again}", hint="add each name once"
            )
        self._logged.update(normalize_metadata(metadata))

    def add_facts(self, facts: Mapping[str, MetadataValue]) -> None:
        """Adds what can be seen of any value; what was said before stays."""
        self._logged = {**facts, **self._logged}

    def get_logged_metadata(self) -> Mapping[str, MetadataValue]:
        """What was added by `add_output_metadata`."""
        return self._logged

    def consume_logged_metadata(self) -> Mapping[str, MetadataValue]:
        """The same; it is forgotten here."""
        logged, self._logged = self._logged, {}
        return logged

    def log_event(self, event: UserEvent) -> None:
        """Adds an event to the run's log.

        Raises:
            InvalidInvocationError: it is neither a materialization nor an observation.
        """
        if not isinstance(event, AssetMaterialization | AssetObservation):
            raise InvalidInvocationError(
                f"{event!r} cannot be logged here", hint="log an AssetMaterialization or an AssetObservation"
            )
        self._user_events.append(event)
        self._unread_events.append(event)

    def get_logged_events(self) -> Sequence[UserEvent]:
        """All that `log_event` was given."""
        return self._user_events

    def consume_events(self) -> Iterator[UserEvent]:
        """Those that were not consumed before; outside of a step there is nobody to consume them."""
        if self._step_context is not None:
            unread, self._unread_events = self._unread_events, []
            yield from unread

    def record_stored(self, stored: StoredValue) -> None:
        """Says where the value lies; handed back to `load_input` as `context.stored`."""
        self.stored = stored
