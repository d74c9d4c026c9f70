"""Where values are kept: the interface, and what an implementation is told."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.metadata import MetadataValue, RawMetadata, normalize_metadata


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredValue:
    """Where one version of a value lies, as the run store remembers it.

    Args:
        reference: whatever the IO manager needs to find the value again; JSON.
        data_version: changes when the value does; the hash of the stored bytes, unless the IO manager knows better.
        size: bytes.
        rows: rows, for tables.
    """

    reference: Mapping[str, Any]
    data_version: str | None = None
    size: int | None = None
    rows: int | None = None


@dataclass(kw_only=True)
class OutputContext:
    """What an IO manager is told of the value that it is to store.

    Args:
        step_key: the step that made it.
        output_name: the output.
        run_id: the run.
        asset_key: the asset, where it is one.
        partition_key: the asset's partition, where it has them.
        definition_metadata: the metadata of the asset's definition.
    """

    step_key: str
    output_name: str
    run_id: str
    asset_key: AssetKey | None = None
    partition_key: str | None = None
    definition_metadata: Mapping[str, MetadataValue] = field(default_factory=dict)
    stored: StoredValue | None = None
    metadata: dict[str, MetadataValue] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """How the value is called in messages."""
        return str(self.asset_key) if self.asset_key else f"{self.step_key}.{self.output_name}"

    def add_output_metadata(self, metadata: RawMetadata) -> None:
        """Adds facts about the stored value to its materialization."""
        self.metadata.update(normalize_metadata(metadata))

    def record_stored(self, stored: StoredValue) -> None:
        """Says where the value lies; handed back to `load_input` as `context.stored`."""
        self.stored = stored

    def get_identifier(self) -> list[str]:
        """Path parts that tell this value from all others: the asset key and partition, or run, step and output."""
        if self.asset_key is None:
            return [self.run_id, self.step_key, self.output_name]
        return [*self.asset_key.path, *([self.partition_key] if self.partition_key else [])]


@dataclass(frozen=True, kw_only=True)
class InputContext:
    """What an IO manager is told of the value that it is to load.

    Args:
        upstream: the value's own story: which step, output and asset made it.
        stored: what `record_stored` was given when this version was stored; None where nothing was said.
        input_name: the input it is loaded for; "" outside a step.
    """

    upstream: OutputContext
    stored: StoredValue | None = None
    input_name: str = ""

    @property
    def asset_key(self) -> AssetKey | None:
        """The asset to load."""
        return self.upstream.asset_key

    @property
    def upstream_output(self) -> OutputContext:
        """The output that made the value."""
        return self.upstream

    @property
    def partition_key(self) -> str | None:
        """The partition to load."""
        return self.upstream.partition_key

    def get_identifier(self) -> list[str]:
        """The same path parts as the value was stored under."""
        return self.upstream.get_identifier()


class IOManager(ABC):
    """Stores the values that steps make and loads them for those who need them.

    `handle_output` is called once per output, before its materialization is announced: when it returns, the value
    must be readable. `load_input` is called in any process, any time later, and must not change what is stored.
    Both may raise; the step then fails with the message.
    """

    @abstractmethod
    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Stores a value."""

    @abstractmethod
    def load_input(self, context: InputContext) -> Any:
        """Loads a value that `handle_output` stored."""

    def holds(self, context: InputContext) -> bool:
        """Whether the value is still there; True where that cannot be told cheaply."""
        return True
