"""Runs for partitions: what is made, what is read, and what IO managers and instances are told of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from daglab import (
    AllPartitionMapping,
    AssetCheckResult,
    AssetCheckSpec,
    AssetIn,
    AssetKey,
    BackfillPolicy,
    DagsterInstance,
    DagsterInvariantViolationError,
    DailyPartitionsDefinition,
    Definitions,
    DynamicPartitionsDefinition,
    IOManager,
    LastPartitionMapping,
    MultiPartitionKey,
    MultiPartitionsDefinition,
    Output,
    PartitionKeyRange,
    StaticPartitionMapping,
    StaticPartitionsDefinition,
    TimeWindowPartitionMapping,
    asset,
    materialize,
    materialize_to_memory,
)

LETTERS = StaticPartitionsDefinition(["a", "b", "c"])
DAYS = DailyPartitionsDefinition("2024-01-01", end_date="2024-02-01")
BOTH = MultiPartitionsDefinition({"day": DAYS, "letter": LETTERS})
RANGE = {"dagster/asset_partition_range_start": "a", "dagster/asset_partition_range_end": "c"}


class Shelf(IOManager):
    """Keeps values by asset and partition, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.values: dict[tuple[AssetKey, str], Any] = {}
        self.stored: list[tuple[list[str], bool]] = []
        self.loaded: list[list[str]] = []

    def handle_output(self, context: Any, obj: Any) -> None:
        keys = list(context.asset_partition_keys) if context.has_asset_partitions else [""]
        self.stored.append((keys, context.has_partition_key))
        self.values.update({(context.asset_key, key): obj for key in keys})

    def load_input(self, context: Any) -> Any:
        keys = list(context.asset_partition_keys) if context.has_asset_partitions else [""]
        self.loaded.append(keys)
        values = {key: self.values[context.asset_key, key] for key in keys if (context.asset_key, key) in self.values}
        return values if len(keys) > 1 else next(iter(values.values()), None)


@pytest.fixture
def instance() -> Iterator[DagsterInstance]:
    with DagsterInstance.ephemeral() as made:
        yield made


@asset(partitions_def=LETTERS)
def letter(context):  # type: ignore[no-untyped-def]
    return context.partition_key.upper()


@asset(partitions_def=DAYS)
def day(context):  # type: ignore[no-untyped-def]
    return context.partition_key


def test_one_partition_is_told_to_code_and_io_manager_and_recorded() -> None:
    shelf = Shelf()

    @asset(partitions_def=LETTERS)
    def word(context, letter):  # type: ignore[no-untyped-def]
        assert context.asset_partition_key_for_input("letter") == "b"
        assert context.asset_partition_key_range_for_input("letter") == PartitionKeyRange("b", "b")
        return letter + "!"

    result = materialize([letter, word], partition_key="b", resources={"io_manager": shelf})
    assert result.output_for_node("word") == "B!"
    assert (shelf.stored, shelf.loaded) == ([(["b"], True)] * 2, [["b"]])
    assert [event.partition for event in result.get_asset_materialization_events()] == ["b", "b"]


def test_an_asset_without_partitions_reads_all_of_them_as_a_dictionary(instance: DagsterInstance) -> None:
    @asset
    def every(letter):  # type: ignore[no-untyped-def]
        return letter

    for key in "cab":
        materialize([letter], partition_key=key, instance=instance)
    result = materialize([every, letter], selection=[every], instance=instance)
    assert result.output_for_node("every") == {"a": "A", "b": "B", "c": "C"}
    assert instance.get_materialized_partitions(AssetKey("letter")) == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("mapping", "partitions_def", "key", "value"),
    [
        (LastPartitionMapping(), None, None, "C"),
        (AllPartitionMapping(), LETTERS, "b", {"a": "A", "b": "B", "c": "C"}),
        (StaticPartitionMapping({"a": "1", "b": "1", "c": "2"}), StaticPartitionsDefinition(["1", "2"]), "2", "C"),
        (None, LETTERS, "a", "A"),
        (None, BOTH, MultiPartitionKey({"day": "2024-01-02", "letter": "b"}), "B"),
    ],
)
@pytest.mark.parametrize("kept_by_default", [True, False])
def test_inputs_are_the_partitions_that_the_mapping_says(
    mapping: Any, partitions_def: Any, key: str | None, value: object, kept_by_default: bool, instance: DagsterInstance
) -> None:
    @asset(partitions_def=partitions_def, ins={"letter": AssetIn(partition_mapping=mapping)})
    def reader(letter):  # type: ignore[no-untyped-def]
        return letter

    resources = {} if kept_by_default else {"io_manager": Shelf()}
    for one in "abc":
        materialize([letter], partition_key=one, instance=instance, resources=resources)
    result = materialize(
        [reader, letter], selection=[reader], partition_key=key, instance=instance, resources=resources
    )
    assert result.output_for_node("reader") == value


def test_a_window_of_days(instance: DagsterInstance) -> None:
    @asset(partitions_def=DAYS, ins={"day": AssetIn(partition_mapping=TimeWindowPartitionMapping(start_offset=-1))})
    def two(context, day):  # type: ignore[no-untyped-def]
        window = context.asset_partitions_time_window_for_input("day")
        return sorted(day), window.start.day, window.end.day

    for key in ("2024-01-01", "2024-01-02"):
        materialize([day], partition_key=key, instance=instance)
    result = materialize([two, day], selection=[two], partition_key="2024-01-02", instance=instance)
    assert result.output_for_node("two") == (["2024-01-01", "2024-01-02"], 1, 3)


def test_an_asset_reads_its_own_partition_before() -> None:
    before = TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)

    @asset(partitions_def=DAYS, ins={"count": AssetIn(partition_mapping=before)})
    def count(count):  # type: ignore[no-untyped-def]
        return (count or 0) + 1

    shelf = Shelf()
    for key, value in (("2024-01-02", 1), ("2024-01-03", 2)):
        result = materialize([count], partition_key=key, resources={"io_manager": shelf})
        assert result.output_for_node("count") == value


def test_a_check_does_not_take_the_partitions_from_its_asset() -> None:
    shelf = Shelf()

    @asset(partitions_def=DAYS, check_specs=[AssetCheckSpec("fine", asset="checked")])
    def checked(day):  # type: ignore[no-untyped-def]
        yield Output(day)
        yield AssetCheckResult(passed=True)

    assert checked.partitions_def == DAYS
    materialize([day, checked], partition_key="2024-01-05", resources={"io_manager": shelf})
    assert shelf.loaded == [["2024-01-05"]]


def test_keys_of_several_dimensions() -> None:
    @asset(partitions_def=BOTH)
    def both(context):  # type: ignore[no-untyped-def]
        return context.partition_key.keys_by_dimension, context.partition_time_window.start.day

    result = materialize_to_memory([both], partition_key="2024-01-02|a")
    assert result.output_for_node("both") == ({"day": "2024-01-02", "letter": "a"}, 2)
    [made] = result.asset_materializations_for_node("both")
    assert isinstance(made.partition, MultiPartitionKey)
    assert made.partition.keys_by_dimension["letter"] == "a"


def test_several_partitions_in_one_run_by_tags() -> None:
    shelf = Shelf()

    @asset(partitions_def=LETTERS, backfill_policy=BackfillPolicy.single_run())
    def made(context):  # type: ignore[no-untyped-def]
        assert context.has_partition_key_range
        for key in context.partition_keys:
            context.add_asset_metadata({"key": key}, partition_key=key)
        with pytest.raises(DagsterInvariantViolationError):
            _ = context.partition_key
        return 1

    @asset(partitions_def=LETTERS, backfill_policy=BackfillPolicy.single_run())
    def read(context, made):  # type: ignore[no-untyped-def]
        return list(context.asset_partition_keys_for_input("made")), made

    result = materialize([made, read], tags=RANGE, resources={"io_manager": shelf})
    events = result.asset_materializations_for_node("made")
    assert [(event.partition, event.metadata["key"].value) for event in events] == [("a", "a"), ("b", "b"), ("c", "c")]
    assert shelf.stored[0] == (["a", "b", "c"], False)
    assert result.output_for_node("read") == (["a", "b", "c"], {"a": 1, "b": 1, "c": 1})


def test_one_value_for_several_partitions_is_refused_by_the_default_io_manager() -> None:
    @asset(partitions_def=LETTERS)
    def value():  # type: ignore[no-untyped-def]
        return 1

    with pytest.raises(DagsterInvariantViolationError, match="3 partitions"):
        materialize([value], tags=RANGE)


def test_partitions_that_do_not_exist_are_refused() -> None:
    late = DailyPartitionsDefinition("2024-01-10", end_date="2024-02-01")

    @asset(partitions_def=late)
    def source():  # type: ignore[no-untyped-def]
        return 1

    @asset(partitions_def=DAYS)
    def early(source):  # type: ignore[no-untyped-def]
        return source

    with pytest.raises(DagsterInvariantViolationError, match="2024-01-02"):
        materialize([source, early], selection=[early], partition_key="2024-01-02", resources={"io_manager": Shelf()})


def test_dynamic_partitions(instance: DagsterInstance) -> None:
    @asset(partitions_def=DynamicPartitionsDefinition(name="shops"))
    def shop(context):  # type: ignore[no-untyped-def]
        return context.partition_key

    @asset
    def shops(shop):  # type: ignore[no-untyped-def]
        return shop

    instance.add_dynamic_partitions("shops", ["north", "ost"])
    for key in ("north", "ost"):
        materialize([shop], partition_key=key, instance=instance)
    result = materialize([shops, shop], selection=[shops], instance=instance)
    assert result.output_for_node("shops") == {"north": "north", "ost": "ost"}


def test_values_of_partitions_are_loaded_outside_of_runs(instance: DagsterInstance) -> None:
    for key in "ab":
        materialize([letter], partition_key=key, instance=instance)
    definitions = Definitions(assets=[letter])
    assert definitions.load_asset_value("letter", partition_key="a", instance=instance) == "A"
    with definitions.get_asset_value_loader(instance=instance) as loader:
        both = loader.load_asset_value("letter", partition_key_range=PartitionKeyRange("a", "b"))
    assert both == {"a": "A", "b": "B"}
