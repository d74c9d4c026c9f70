"""What code may say about what it makes: metadata, data versions, events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.contexts.running import RunningContext
from daglab.definitions.metadata import MetadataValue, RawMetadata, normalize_metadata
from daglab.definitions.user_events import (
    AssetCheckEvaluation,
    AssetMaterialization,
    AssetObservation,
    ExpectationResult,
)
from daglab.errors import InvariantViolationError, suggest

_LOGGED = (AssetMaterialization, AssetObservation, AssetCheckEvaluation, ExpectationResult)


class RecordingContext(RunningContext):
    """Metadata, data versions and events."""

    def add_output_metadata(
        self, metadata: Mapping[str, Any], output_name: str | None = None, mapping_key: str | None = None
    ) -> None:
        """Adds facts to a value that this step makes, before it is given back.

        May be called several times in a run; what is said last of a name stays.

        Args:
            metadata: name to value.
            output_name: which output, where there are several.
            mapping_key: which of the values of a dynamic output.

        Raises:
            InvariantViolationError: no such output, or it is not clear which, or it was given back already.
        """
        self._check_metadata(metadata)
        name = self._output_named(output_name)
        where = f"{self.describe_op()}, output {name!r}"
        if (name, mapping_key) in self._state.seen_outputs:
            raise InvariantViolationError(
                f"{where}: metadata comes after the output has already been yielded", hint="add it before"
            )
        out = self._outs().get(name)
        if out is not None and out.is_dynamic and not mapping_key:
            raise InvariantViolationError(
                f"{where} is dynamic: metadata needs a mapping key", hint="add_output_metadata(..., mapping_key=...)"
            )
        self._state.keep_metadata(metadata, name, mapping_key)

    def get_output_metadata(self, output_name: str, mapping_key: str | None = None) -> Mapping[str, Any] | None:
        """What has been added so far for an output, as it was given."""
        return self._state.metadata_of(output_name, mapping_key)

    def output_metadata(self, output_name: str, mapping_key: str | None = None) -> dict[str, MetadataValue]:
        """What has been added so far for an output, as it is recorded."""
        return normalize_metadata(self._state.metadata.get((output_name, mapping_key)))

    def recorded_asset_metadata(
        self, asset_key: AssetKey, partition_key: str | None = None
    ) -> dict[str, MetadataValue]:
        """What has been added so far for an asset: for all partitions, and on top of it for one."""
        kept = self._state.asset_metadata
        found = dict(kept.get((asset_key, None), {}))
        if partition_key is not None:
            found.update(kept.get((asset_key, partition_key), {}))
        return normalize_metadata(found)

    def set_data_version(self, asset_key: AssetKey, data_version: Any) -> None:
        """Says which version of its data an asset has, where it is not given back with an `Output`."""
        self._state.data_versions[asset_key] = getattr(data_version, "value", data_version)

    def data_version_of(self, asset_key: AssetKey) -> str | None:
        """What `set_data_version` was told."""
        return self._state.data_versions.get(asset_key)

    def log_event(self, event: Any) -> None:
        """Records an `AssetMaterialization`, `AssetObservation`, `AssetCheckEvaluation` or `ExpectationResult`.

        Raises:
            InvariantViolationError: it is none of these.
        """
        facts = self._state.bound
        if not isinstance(event, _LOGGED):
            raise InvariantViolationError(
                f"{self.describe_op()} logged {event!r} as an event",
                hint=f"log one of {', '.join(kind.__name__ for kind in _LOGGED)}; for text, use context.log",
            )
        self._state.events.append(event)
        facts.log_event(event)

    def get_events(self) -> list[Any]:
        """Every event that code has logged so far."""
        return list(self._state.events)

    def has_events(self) -> bool:
        """Whether there are events that `consume_events` has not given yet."""
        return self._state.consumed < len(self._state.events)

    def consume_events(self) -> Iterator[Any]:
        """Gives the events logged since it was last called."""
        fresh = self._state.events[self._state.consumed :]
        self._state.consumed = len(self._state.events)
        yield from fresh

    def observe_output(self, output_name: str, mapping_key: str | None = None) -> None:
        """Notes that an output has been given back."""
        self._state.seen_outputs.add((output_name, mapping_key))

    def has_seen_output(self, output_name: str, mapping_key: str | None = None) -> bool:
        """Whether an output has been given back."""
        return (output_name, mapping_key) in self._state.seen_outputs

    @property
    def requires_typed_event_stream(self) -> bool:
        """Whether code has to give back exactly the results that are to be recorded, and nothing is filled in."""
        return self._state.wants_typed_events

    @property
    def typed_event_stream_error_message(self) -> str | None:
        """What to say where code does not."""
        return self._state.typed_events_message

    def set_requires_typed_event_stream(self, *, error_message: str | None = None) -> None:
        """Asks for exactly the results that are to be recorded.

        Args:
            error_message: what to say where code gives back something else.
        """
        self._state.wants_typed_events = True
        self._state.typed_events_message = error_message

    def _check_metadata(self, metadata: RawMetadata) -> None:
        if not isinstance(metadata, Mapping) or not all(isinstance(name, str) for name in metadata):
            raise InvariantViolationError(
                f"{self.describe_op()}: the metadata {metadata!r} is no mapping of names to values"
            )
        normalize_metadata(metadata)

    def _outs(self) -> Mapping[str, Any]:
        return self._state.bound.op.outs

    def _output_named(self, name: str | None) -> str:
        names = list(self._outs())
        if name is None and len(names) != 1:
            raise InvariantViolationError(
                f"{self.describe_op()} has {len(names)} outputs, and the metadata names none of them",
                hint=f"say which: output_name={(names or ['...'])[0]!r}",
            )
        if name is not None and name not in names:
            raise InvariantViolationError(
                f"{self.describe_op()} has no output named {name!r}", hint=suggest(name, names) or f"it has {names}"
            )
        return name if name is not None else names[0]
