"""`InputContext`: what an IO manager is told of a value that it is to load."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.io_contexts.output_context import OutputContext
from daglab.definitions.io_contexts.stored_value import StoredValue
from daglab.definitions.io_contexts.value_context import ValueContext
from daglab.definitions.metadata import MetadataValue, RawMetadata, normalize_metadata
from daglab.definitions.user_events import AssetObservation
from daglab.errors import InvariantViolationError


class InputContext(ValueContext):
    """What an IO manager is told of the value that it is to load.

    Args:
        name: the input it is loaded for; None outside of a step.
        upstream_output: the value's own story: which step, output and asset made it.
        asset_key: the asset to load; that of the output if left out.
        partition_key: the partition; that of the output if left out.
        stored: what `record_stored` was given when this version was stored; None where nothing was said.
        upstream: the same as `upstream_output`.
        input_name: the same as `name`; "" for None.
        common: what `ValueContext` takes.

    Example:
        >>> InputContext(name="orders", asset_key=AssetKey("orders")).get_asset_identifier()
        ['orders']
    """

    _built_by = "build_input_context"

    def __init__(
        self,
        *,
        name: str | None = None,
        upstream_output: OutputContext | None = None,
        asset_key: AssetKey | None = None,
        partition_key: str | None = None,
        stored: StoredValue | None = None,
        upstream: OutputContext | None = None,
        input_name: str = "",
        **common: Any,
    ) -> None:
        self._upstream_output = upstream_output or upstream
        if upstream is not None:
            asset_key = asset_key or upstream._asset_key
            partition_key = partition_key or upstream._partition_key
        super().__init__(name=name or input_name or None, asset_key=asset_key, partition_key=partition_key, **common)
        self.stored = stored
        self._logged: dict[str, MetadataValue] = {}
        self._observations: list[AssetObservation] = []
        self._unread: list[AssetObservation] = []

    @property
    def instance(self) -> Any:
        """The instance."""
        return self._missing("instance") if self._instance is None else self._instance

    @property
    def has_input_name(self) -> bool:
        """Whether the value is loaded for an input of a step, and not from outside."""
        return self._name is not None

    @property
    def input_name(self) -> str:
        """The name of the input; "" outside of a step."""
        return self._name or ""

    @property
    def upstream_output(self) -> OutputContext | None:
        """The output that made the value."""
        return self._upstream_output

    @property
    def upstream(self) -> OutputContext:
        """The output that made the value.

        Raises:
            InvariantViolationError: nothing is known of it.
        """
        if self._upstream_output is None:
            raise InvariantViolationError(
                "nothing is known of the output that made this value",
                hint="in a test, give it: build_input_context(upstream_output=build_output_context(...))",
            )
        return self._upstream_output

    def get_identifier(self) -> Sequence[str]:
        """The same path parts as those of the output that made the value."""
        return self.upstream.get_identifier()

    def add_input_metadata(self, metadata: RawMetadata, description: str | None = None) -> None:
        """Adds facts about the loaded value; for an asset, they become an observation of it."""
        self._logged.update(normalize_metadata(metadata))
        if self._asset_key is None:
            return
        observation = AssetObservation(
            self._asset_key,
            description=description,
            metadata=dict(metadata),
            partition=self.asset_partition_key if self.has_asset_partitions else None,
        )
        self._observations.append(observation)
        self._unread.append(observation)

    def get_observations(self) -> Sequence[AssetObservation]:
        """What `add_input_metadata` observed."""
        return self._observations

    def consume_events(self) -> Iterator[AssetObservation]:
        """Observations that were not consumed before; outside of a step there is nobody to consume them."""
        if self._step_context is not None:
            unread, self._unread = self._unread, []
            yield from unread

    def consume_logged_metadata(self) -> Mapping[str, MetadataValue]:
        """What was added; it is forgotten here."""
        logged, self._logged = self._logged, {}
        return logged
