"""What a run tells of assets to its own code, to checks, and to whoever asks the instance later."""

from __future__ import annotations

from typing import Any

import pytest

from daglab import (
    AssetCheckKey,
    AssetCheckResult,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetIn,
    AssetKey,
    AssetMaterialization,
    AssetOut,
    AssetsDefinition,
    AssetSelection,
    AssetSpec,
    DagsterInstance,
    DagsterInvalidDefinitionError,
    DagsterInvariantViolationError,
    DataVersion,
    DataVersionsByPartition,
    Definitions,
    IOManager,
    MaterializeResult,
    MetadataValue,
    Output,
    StaticPartitionsDefinition,
    TableRecord,
    asset,
    asset_check,
    build_metadata_bounds_checks,
    define_asset_job,
    graph,
    instance_for_test,
    materialize,
    materialize_to_memory,
    mem_io_manager,
    multi_asset,
    observable_source_asset,
    op,
)


def observe(source: Any) -> Any:
    definitions = Definitions(assets=[source], jobs=[define_asset_job("look", "seen")])
    return definitions.resolve_job_def("look").execute_in_process()


def test_observed_version() -> None:
    @observable_source_asset
    def seen():  # type: ignore[no-untyped-def]
        return DataVersion("7")

    [observation] = observe(seen).asset_observations_for_node("seen")
    assert observation.tags["dagster/data_version"] == "7"


def test_observed_version_of_each_partition() -> None:
    @observable_source_asset(partitions_def=StaticPartitionsDefinition(["a", "b"]))
    def seen():  # type: ignore[no-untyped-def]
        return DataVersionsByPartition({"a": "1", "b": DataVersion("2")})

    result = observe(seen)
    versions = {one.partition: one.tags["dagster/data_version"] for one in result.asset_observations_for_node("seen")}
    assert versions == {"a": "1", "b": "2"}
    assert result.get_asset_materialization_events() == []


def test_what_is_no_version_is_refused() -> None:
    @observable_source_asset
    def seen():  # type: ignore[no-untyped-def]
        return 5

    with pytest.raises(DagsterInvariantViolationError, match="DataVersion"):
        observe(seen)


def test_code_of_a_subset_knows_that_it_is_one() -> None:
    told = []

    @multi_asset(
        specs=[AssetSpec("a", skippable=True), AssetSpec("b", skippable=True)],
        check_specs=[AssetCheckSpec("fine", asset="a")],
        can_subset=True,
    )
    def both(context):  # type: ignore[no-untyped-def]
        told.append((type(context), context.is_subset, set(context.selected_asset_keys)))
        for key in context.selected_asset_keys:
            yield MaterializeResult(key)
        for check in context.selected_asset_check_keys:
            yield AssetCheckResult(passed=True, asset_key=check.asset_key, check_name=check.name)

    a, b = AssetKey("a"), AssetKey("b")
    materialize([both])
    materialize([both], selection="b")
    materialize([both], selection=AssetSelection.checks(AssetCheckKey(a, "fine")))
    assert told == [(AssetExecutionContext, part, keys) for part, keys in [(False, {a, b}), (True, {b}), (True, set())]]


def test_a_step_sees_in_the_instance_what_its_run_made_before() -> None:
    @asset
    def rows():  # type: ignore[no-untyped-def]
        return MaterializeResult(metadata={"rows": 3})

    @asset(deps=[rows])
    def later(context):  # type: ignore[no-untyped-def]
        return context.instance.get_latest_materialization_event(AssetKey("rows")).run_id == context.run_id

    [bounds] = build_metadata_bounds_checks(assets=[rows], metadata_key="rows", min_value=1)
    with instance_for_test() as instance:
        result = materialize([rows, later, bounds], instance=instance)
        assert result.output_for_node("later") is True
        assert [one.passed for one in result.get_asset_check_evaluations()] == [True]


def test_a_verdict_names_the_data_of_an_earlier_run() -> None:
    @asset
    def rows():  # type: ignore[no-untyped-def]
        return 1

    @asset_check(asset=rows)
    def fine(rows):  # type: ignore[no-untyped-def]
        return AssetCheckResult(passed=True)

    with DagsterInstance.ephemeral() as instance:
        made = materialize([rows], instance=instance)
        checked = materialize([rows, fine], selection=AssetSelection.checks(fine), instance=instance)
        [verdict] = checked.get_asset_check_evaluations()
        assert verdict.target_materialization_data.run_id == made.run_id
        assert verdict.target_materialization_data.timestamp > 0


def test_provenance() -> None:
    seen = []

    @asset(code_version="1")
    def source():  # type: ignore[no-untyped-def]
        return Output(1, data_version=DataVersion("A"))

    @asset(code_version="2")
    def made(context, source):  # type: ignore[no-untyped-def]
        seen.append(context.get_asset_provenance(AssetKey("made")))

    with DagsterInstance.ephemeral() as instance:
        for _ in range(2):
            materialize([source, made], instance=instance)
    assert (seen[0], seen[1].code_version) == (None, "2")
    assert seen[1].input_data_versions == {AssetKey("source"): DataVersion("A")}


def test_what_an_io_manager_says_of_an_input_is_observed() -> None:
    class Counting(IOManager):
        def handle_output(self, context: Any, obj: Any) -> None:
            pass

        def load_input(self, context: Any) -> int:
            context.add_input_metadata({"rows": 1})
            return 1

    @asset
    def rows():  # type: ignore[no-untyped-def]
        return 1

    @asset(ins={"given": AssetIn("rows")})
    def read(given):  # type: ignore[no-untyped-def]
        return given

    result = materialize([rows, read], resources={"io_manager": Counting()})
    [observation] = result.asset_observations_for_node("read")
    assert (observation.asset_key, observation.metadata["rows"].value) == (AssetKey("rows"), 1)


def test_values_of_asset_jobs_are_kept_for_later() -> None:
    @asset
    def one():  # type: ignore[no-untyped-def]
        return 1

    definitions = Definitions(assets=[one])
    with instance_for_test() as instance:
        definitions.resolve_implicit_global_asset_job_def().execute_in_process(instance=instance)
        assert definitions.load_asset_value("one", instance=instance) == 1


def test_values_in_memory_and_an_io_manager_exclude_each_other() -> None:
    with pytest.raises(DagsterInvariantViolationError):
        materialize_to_memory([], resources={"io_manager": mem_io_manager})


def test_keys_of_events_are_parted_at_whatever_is_no_word() -> None:
    event = AssetMaterialization("/data/my.table")
    assert (event.asset_key.path, event.label) == (["data", "my", "table"], "data my table")


def test_paths_are_read_back_by_the_name_they_are_made_with() -> None:
    assert (MetadataValue.path("/p").path, MetadataValue.notebook("/n").path) == ("/p", "/n")


def test_rows_of_a_table_have_the_same_columns() -> None:
    with pytest.raises(DagsterInvalidDefinitionError, match="columns"):
        MetadataValue.table([TableRecord({"a": 1}), TableRecord({"b": 1})])


@pytest.mark.parametrize("make", [lambda kinds: AssetSpec("a", kinds=kinds), lambda kinds: AssetOut(kinds=kinds)])
def test_kinds_are_few(make: Any) -> None:
    assert len(make({str(number) for number in range(10)}).kinds) == 10
    with pytest.raises(DagsterInvalidDefinitionError, match="11 kinds"):
        make({str(number) for number in range(11)})


def test_assets_of_a_graph_need_the_resources_of_its_ops() -> None:
    @op(required_resource_keys={"shop"})
    def ask(context):  # type: ignore[no-untyped-def]
        return context.resources.shop

    @graph
    def asked():  # type: ignore[no-untyped-def]
        return ask()

    made = AssetsDefinition.from_graph(asked)
    assert made.required_resource_keys >= {"shop"}
    assert materialize([made], resources={"shop": 3}).asset_value("asked") == 3
