"""What a context tells of partitions: those of the run, of what is made, and of what is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from daglab.definitions.contexts.running import RunningContext
from daglab.definitions.partitions.loading import partition_loading_context
from daglab.definitions.partitions.partition_key_range import PartitionKeyRange
from daglab.definitions.partitions.time_window import TimeWindow
from daglab.errors import InvariantViolationError


class PartitionedContext(RunningContext):
    """The partitions of the run, of what is made, and of what is read."""

    @property
    def has_partitions(self) -> bool:
        """Whether the run works on partitions."""
        return self.has_partition_key or self.has_partition_key_range

    @property
    def has_partition_key(self) -> bool:
        """Whether the run works on one partition."""
        return self._state.facts.partition_key is not None

    @property
    def has_partition_key_range(self) -> bool:
        """Whether the run works on several partitions at once."""
        return self._state.facts.partition_key_range is not None

    @property
    def partition_key(self) -> str:
        """The partition that the run works on.

        Raises:
            InvariantViolationError: it works on none, or on several.
        """
        facts = self._state.facts
        if facts.partition_key is not None:
            return facts.partition_key
        around = facts.partition_key_range
        if around is None:
            raise _not_partitioned("partition_key")
        if around.start != around.end:
            raise InvariantViolationError(
                f"this run works on the partitions from {around.start!r} to {around.end!r}, not on one",
                hint="use context.partition_keys or context.partition_key_range",
            )
        start: str = around.start
        return start

    @property
    def multi_partition_key(self) -> Any:
        """The partition as a `MultiPartitionKey`, with `keys_by_dimension`.

        Raises:
            InvariantViolationError: the partitions have one dimension only.
        """
        key, divided = self.partition_key, self._partitions_def()
        if hasattr(key, "keys_by_dimension"):
            return key
        read = getattr(divided, "get_partition_key_from_str", None)
        if read is None:
            raise InvariantViolationError(f"the partition {key!r} has no dimensions", hint="use context.partition_key")
        return read(key)

    @property
    def partition_key_range(self) -> PartitionKeyRange:
        """The first and the last partition of the run; the same one twice where it works on one.

        Raises:
            InvariantViolationError: the run works on none.
        """
        facts = self._state.facts
        if facts.partition_key_range is not None:
            found: PartitionKeyRange = facts.partition_key_range
            return found
        if facts.partition_key is not None:
            return PartitionKeyRange(facts.partition_key, facts.partition_key)
        raise _not_partitioned("partition_key_range")

    @property
    def asset_partition_key_range(self) -> PartitionKeyRange:
        """The same as `partition_key_range`."""
        return self.partition_key_range

    @property
    def partition_keys(self) -> Sequence[str]:
        """Every partition of the run.

        Raises:
            InvariantViolationError: the run works on none.
        """
        around, facts = self.partition_key_range, self._state.bound
        if facts.partition_keys is not None:
            return list(facts.partition_keys)
        return [around.start] if around.start == around.end else self._keys_in(self._partitions_def(), around)

    @property
    def partition_time_window(self) -> TimeWindow:
        """The time from the start of the first partition of the run to the end of the last one.

        Raises:
            InvariantViolationError: the run works on no partitions, or they are no spans of time.
        """
        return _time_window(self._partitions_def(), self.partition_key_range)

    def asset_partitions_def_for_output(self, output_name: str = "result") -> Any:
        """How the asset of an output is divided."""
        spec = self._state.bound.specs.get(output_name)
        divided = getattr(spec, "partitions_def", None) or self._state.bound.partitions_def
        if divided is None:
            raise InvariantViolationError(f"output {output_name!r} of {self.describe_op()} has no partitions")
        return divided

    def asset_partition_key_for_output(self, output_name: str = "result") -> str:
        """The partition that is made for an output."""
        return self.partition_key

    def asset_partition_keys_for_output(self, output_name: str = "result") -> Sequence[str]:
        """The partitions that are made for an output."""
        return self._keys_in(self.asset_partitions_def_for_output(output_name), self.partition_key_range)

    def asset_partition_key_range_for_output(self, output_name: str = "result") -> PartitionKeyRange:
        """The first and last partition that are made for an output."""
        return self.partition_key_range

    def asset_partitions_time_window_for_output(self, output_name: str = "result") -> TimeWindow:
        """The time that the partitions made for an output cover."""
        return _time_window(self.asset_partitions_def_for_output(output_name), self.partition_key_range)

    def asset_partitions_def_for_input(self, input_name: str) -> Any:
        """How the asset of an input is divided."""
        divided = self._state.bound.partitions_def_by_input.get(input_name)
        if divided is None:
            raise InvariantViolationError(f"input {input_name!r} of {self.describe_op()} has no partitions")
        return divided

    def asset_partition_keys_for_input(self, input_name: str) -> Sequence[str]:
        """The partitions that are read for an input."""
        if input_name not in self._state.bound.partition_keys_by_input:
            raise InvariantViolationError(f"input {input_name!r} of {self.describe_op()} has no partitions")
        return list(self._state.bound.partition_keys_by_input[input_name])

    def asset_partition_key_for_input(self, input_name: str) -> str:
        """The one partition that is read for an input.

        Raises:
            InvariantViolationError: none is read, or several are.
        """
        keys = self.asset_partition_keys_for_input(input_name)
        if len(keys) != 1:
            raise InvariantViolationError(
                f"input {input_name!r} of {self.describe_op()} reads {len(keys)} partitions",
                hint=f"use context.asset_partition_keys_for_input({input_name!r})",
            )
        return keys[0]

    def asset_partition_key_range_for_input(self, input_name: str) -> PartitionKeyRange:
        """The first and last partition that are read for an input.

        Raises:
            InvariantViolationError: none is read, or there are others in between.
        """
        keys = self.asset_partition_keys_for_input(input_name)
        if keys:
            around = PartitionKeyRange(keys[0], keys[-1])
            divided = self._state.bound.partitions_def_by_input.get(input_name)
            if divided is None or len(self._keys_in(divided, around)) == len(keys):
                return around
        raise InvariantViolationError(
            f"the {len(keys)} partitions of input {input_name!r} of {self.describe_op()} are no range",
            hint=f"use context.asset_partition_keys_for_input({input_name!r})",
        )

    def asset_partitions_time_window_for_input(self, input_name: str = "result") -> TimeWindow:
        """The time that the partitions read for an input cover."""
        divided = self.asset_partitions_def_for_input(input_name)
        return _time_window(divided, self.asset_partition_key_range_for_input(input_name))

    def _partitions_def(self) -> Any:
        divided = self._state.bound.partitions_def
        if divided is None:
            raise InvariantViolationError(f"{self.describe_op()} has no partitions", hint="give it a partitions_def")
        return divided

    def _keys_in(self, divided: Any, around: PartitionKeyRange) -> list[str]:
        with partition_loading_context(dynamic_partitions_store=_KeysOfInstance(self)):
            return list(divided.get_partition_keys_in_range(around))


class _KeysOfInstance:
    """Dynamic keys, from an instance that is only opened where partitions are dynamic."""

    def __init__(self, context: RunningContext) -> None:
        self._context = context

    def get_dynamic_partitions(self, partitions_def_name: str) -> Sequence[str]:
        keys: Sequence[str] = self._context.instance.get_dynamic_partitions(partitions_def_name)
        return keys

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        return bool(self._context.instance.has_dynamic_partition(partitions_def_name, partition_key))


def _time_window(divided: Any, around: PartitionKeyRange) -> TimeWindow:
    find = getattr(divided, "time_window_for_partition_key", None)
    if find is None:
        raise InvariantViolationError(
            f"the partitions of {type(divided).__name__} are no spans of time", hint="use partition_key"
        )
    return TimeWindow(find(around.start).start, find(around.end).end)


def _not_partitioned(name: str) -> InvariantViolationError:
    return InvariantViolationError(
        f"context.{name} is not set: this run works on no partition",
        hint="run it for a partition; in a test, give partition_key=... to the function that builds the context",
    )
