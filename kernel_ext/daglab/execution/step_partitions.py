"""The partitions that a step makes, and those that it reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.partitions.loading import partition_loading_context
from daglab.definitions.partitions.mapping.inference import infer_partition_mapping
from daglab.definitions.partitions.mapping.partition_mapping import UpstreamPartitionsResult
from daglab.definitions.specs import AssetSpec
from daglab.errors import InvariantViolationError
from daglab.execution.setting import RunSetting
from daglab.planning.steps import Step
from daglab.records.assets import Materialization


@dataclass(frozen=True, kw_only=True)
class ReadPartitions:
    """The partitions of an asset that one input is.

    Args:
        definition: how the asset is divided.
        keys: those that are read, in order.
        absent: those that would be needed and do not exist.
    """

    definition: Any
    keys: tuple[str, ...]
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StepPartitions:
    """What one step has to do with partitions.

    Args:
        run: of which it is a step.
        step: the step.
    """

    run: RunSetting
    step: Step

    @property
    def definition(self) -> Any:
        """How what the step makes is divided."""
        return getattr(self.step.definition, "partitions_def", None)

    def made(self, spec: AssetSpec | None) -> tuple[str, ...] | None:
        """The partitions of an asset that this run makes; None where the asset, or the run, has none."""
        divided = getattr(spec, "partitions_def", None)
        return None if divided is None else self._of_run(divided)

    def read(self, input_name: str) -> ReadPartitions | None:
        """The partitions that are read for an input; None where it is no asset with partitions.

        Raises:
            InvalidDefinitionError: nothing says which partitions of the one asset those of the other need.
        """
        key = self.step.keys_by_input.get(input_name) if self.run.partitions_defs else None
        divided = self.run.partitions_defs.get(str(key)) if key else None
        if key is None or divided is None:
            return None
        own = self.definition
        made = self._of_run(own) if own is not None else None
        if own is not None and made is None:
            return None  # A run for no partition at all reads whatever there is.
        with self._dynamic_keys():
            return self._mapped(key, own, made, divided)

    def _mapped(self, key: AssetKey, own: Any, made: Sequence[str] | None, divided: Any) -> ReadPartitions:
        definition = self.step.definition
        given = definition.get_partition_mapping_for_dep(key) if definition is not None else None
        found: UpstreamPartitionsResult = infer_partition_mapping(
            given, own, divided
        ).get_upstream_mapped_partitions_result_for_partitions(
            None if made is None else own.subset_with_partition_keys(made), own, divided
        )
        keys = found.partitions_subset.get_partition_keys()
        if isinstance(keys, frozenset):
            keys = [one for one in divided.get_partition_keys() if one in keys] if len(keys) > 1 else list(keys)
        return ReadPartitions(
            definition=divided,
            keys=tuple(typed_key(divided, one) for one in keys),
            absent=tuple(found.required_but_nonexistent_partition_keys),
        )

    def _of_run(self, divided: Any) -> tuple[str, ...] | None:
        run = self.run
        if run.partition_key:
            return (typed_key(divided, run.partition_key),)
        if run.partition_range is None:
            return None
        with self._dynamic_keys():
            return tuple(divided.get_partition_keys_in_range(run.partition_range))

    def told(self, read: ReadPartitions) -> dict[str, Any]:
        """What an IO manager is told of the partitions that it is to load."""
        found: dict[str, Any] = {"asset_partition_keys": read.keys, "asset_partitions_def": read.definition}
        return {**found, "partition_key": self.run.partition_key} if self.run.partition_key else found

    @contextmanager
    def _dynamic_keys(self) -> Iterator[None]:
        with partition_loading_context(dynamic_partitions_store=self.run.instance):
            yield

    def latest(self, key: str, partition: str) -> Materialization | None:
        """How a partition was made last, in an earlier run."""
        instance = self.run.instance
        if instance is None or (instance.is_ephemeral and not instance.asset_states([key])):
            return None
        found = instance.store.materializations(key, limit=1, partition=partition)
        return found[0][1] if found else None


def refuse_absent(read: ReadPartitions, input_name: str, step: Step) -> None:
    """Makes sure that all partitions exist that are needed.

    Raises:
        InvariantViolationError: one does not.
    """
    if read.absent:
        raise InvariantViolationError(
            f"input {input_name!r} of step {step.key!r} needs partitions that do not exist:"
            f" {', '.join(map(repr, read.absent[:5]))}",
            hint="run it for later partitions, or give TimeWindowPartitionMapping(allow_nonexistent_upstream_partitions"
            "=True)",
        )


PARTITION_TAG = "dagster/partition"


def partition_tags(key: str) -> dict[str, str]:
    """The labels that say which partition was made; only a key of several dimensions needs them."""
    by_dimension = getattr(key, "keys_by_dimension", None) or {}
    return {f"{PARTITION_TAG}/{name}": one for name, one in by_dimension.items()}


def typed_key(divided: Any, key: str) -> str:
    """A key of several dimensions as the text that knows them."""
    read = getattr(divided, "get_partition_key_from_str", None)
    return read(key) if read is not None and not hasattr(key, "keys_by_dimension") else key
