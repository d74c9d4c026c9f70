"""What external processes report becomes events; order and outcome of every case are what Dagster 1.13 makes of it."""

from __future__ import annotations

import re

import pytest

from daglab import (
    AssetCheckExecutionContext,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetSpec,
    DailyPartitionsDefinition,
    Instance,
    MultiPartitionKey,
    MultiPartitionsDefinition,
    OpExecutionContext,
    PipesEnvContextInjector,
    PipesSubprocessClient,
    PipesTempFileMessageReader,
    ResourceDefinition,
    RetryPolicy,
    StaticPartitionsDefinition,
    asset,
    asset_check,
    build_asset_context,
    graph_asset,
    job,
    materialize,
    multi_asset,
    op,
    open_pipes_session,
)


def run(*assets, **more):
    given = {"resources": {"pipes": PipesSubprocessClient()}, "raise_on_error": False}
    return materialize(list(assets), **given, **more)


def story(result):
    """The events that tell of results, each as a line."""
    lines = []
    for event in result.all_events:
        kind, data = event.event_type_value, event.event_specific_data
        if kind == "ASSET_MATERIALIZATION":
            made = event.materialization
            values = {name: entry.value for name, entry in made.metadata.items()}
            lines.append(f"made {made.asset_key.to_user_string()} {values or ''}".rstrip())
        elif kind == "ASSET_CHECK_EVALUATION":
            verdict = "passed" if data.passed else f"failed as {data.severity.value}"
            lines.append(f"checked {data.asset_key.to_user_string()}: {data.check_name} {verdict}")
        elif kind == "STEP_FAILURE":
            error = data.error
            lines.append(f"failed: {error.cls_name}" + (f" by {error.cause.cls_name}" if error.cause else ""))
        elif kind in ("STEP_SUCCESS", "STEP_UP_FOR_RETRY", "STEP_RESTARTED"):
            lines.append(kind.removeprefix("STEP_").lower().replace("_", " "))
    return lines


def message(result):
    """Why the only step that failed did so, with what to do."""
    [error] = [one.event_specific_data.error for one in result.all_events if one.event_type_value == "STEP_FAILURE"]
    return error.cause.message if error.cause else error.message


def test_materialization_and_verdict_in_one_result(script):
    command = script("""
        with open_dagster_pipes() as context:
            context.report_asset_check("has_rows", True, metadata={"rows": 3})
            context.report_asset_materialization(metadata={"rows": 3}, data_version="v7")
    """)

    @asset(check_specs=[AssetCheckSpec("has_rows", asset="orders")])
    def orders(context: AssetExecutionContext, pipes: PipesSubprocessClient):
        return pipes.run(context=context, command=command).get_materialize_result()

    result = run(orders)
    assert story(result) == ["made orders {'rows': 3}", "checked orders: has_rows passed", "success"]
    assert result.asset_materializations_for_node("orders")[0].tags["dagster/data_version"] == "v7"


def test_every_type_of_metadata(script):
    command = script("""
        typed = {"md": "*a*", "url": "https://a.b", "path": "/a", "notebook": "/a.ipynb", "json": {"a": [1]},
                 "float": 1.5, "int": 1, "bool": False, "dagster_run": "r1", "asset": "x/y", "null": None,
                 "timestamp": 111.5, "text": "é",
                 "table": {"records": [{"a": 1}], "schema": [{"name": "a", "type": "int",
                           "constraints": {"nullable": False, "unique": True, "other": ["x"]}, "tags": {"k": "v"}}]},
                 "table_schema": {"columns": [{"name": "a", "type": "int", "description": "d"}]},
                 "table_column_lineage": {"deps_by_column": {"a": [{"asset_key": "q", "column_name": "b"}]}}}
        metadata = {name: {"raw_value": value, "type": name} for name, value in typed.items()}
        plain = {"p_int": 3, "p_text": "x", "p_bool": True, "p_float": 0.5, "p_null": None, "p_json": [1, "a"]}
        with open_dagster_pipes() as context:
            context.report_asset_materialization(metadata={**metadata, **plain})
    """)

    @asset
    def orders(context: AssetExecutionContext, pipes: PipesSubprocessClient):
        return pipes.run(context=context, command=command).get_materialize_result()

    [made] = run(orders).asset_materializations_for_node("orders")
    assert {name: type(one).__name__.removesuffix("MetadataValue") for name, one in made.metadata.items()} == {
        "md": "Markdown", "url": "Url", "path": "Path", "notebook": "Notebook", "json": "Json", "float": "Float",
        "int": "Int", "bool": "Bool", "dagster_run": "DagsterRun", "asset": "DagsterAsset", "null": "Null",
        "timestamp": "Timestamp", "text": "Text", "table": "Table", "table_schema": "TableSchema",
        "table_column_lineage": "TableColumnLineage", "p_int": "Int", "p_text": "Text", "p_bool": "Bool",
        "p_float": "Float", "p_null": "Null", "p_json": "Json",
    }  # fmt: skip
    [column] = made.metadata["table"].schema.columns
    limits = column.constraints
    assert (column.name, limits.nullable, limits.unique, limits.other) == ("a", False, True, ["x"])
    assert column.tags == {"k": "v"}
    assert made.metadata["table_schema"].schema.columns[0].description == "d"
    [dep] = made.metadata["table_column_lineage"].lineage.deps_by_column["a"]
    assert (dep.asset_key.to_user_string(), dep.column_name) == ("q", "b")


def test_asset_of_which_nothing_is_reported_is_implied(script):
    command = script("with open_dagster_pipes() as context: context.log.info('nothing to say')")

    @multi_asset(specs=[AssetSpec("total", deps=["orders"]), AssetSpec("orders")])
    def both(context: AssetExecutionContext, pipes: PipesSubprocessClient):
        return pipes.run(context=context, command=command).get_results()

    # Dagster takes them in the order of its set, and then refuses an asset that comes before the one it needs.
    assert story(run(both)) == ["made orders", "made total", "success"]


def test_several_assets_and_a_verdict_in_the_order_of_the_reports(script):
    command = script("""
        with open_dagster_pipes() as context:
            context.report_asset_materialization(asset_key="orders", metadata={"rows": 1})
            context.report_asset_materialization(asset_key="total")
            context.report_asset_check("small", False, severity="WARN", asset_key="total")
    """)

    @multi_asset(
        specs=[AssetSpec("orders"), AssetSpec("total", deps=["orders"])],
        check_specs=[AssetCheckSpec("small", asset="total")],
    )
    def both(context: AssetExecutionContext, pipes: PipesSubprocessClient):
        return pipes.run(context=context, command=command).get_results()

    lines = ["made orders {'rows': 1}", "made total", "checked total: small failed as WARN", "success"]
    assert story(run(both)) == lines


def test_only_the_selected_assets_are_asked_for(script):
    command = script("""
        with open_dagster_pipes() as context:
            for key in context.asset_keys: context.report_asset_materialization(asset_key=key)
    """)

    @multi_asset(specs=[AssetSpec("a", skippable=True), AssetSpec("b", skippable=True)], can_subset=True)
    def both(context: AssetExecutionContext, pipes: PipesSubprocessClient):
        return pipes.run(context=context, command=command).get_results()

    assert story(run(both, selection=["b"])) == ["made b", "success"]


def test_asset_that_is_neither_reported_nor_implied_fails_the_step(script):
    command = script("with open_dagster_pipes() as context: context.report_asset_materialization(asset_key='a')")

    @multi_asset(specs=[AssetSpec("a"), AssetSpec("b")])
    def both(context: AssetExecutionContext, pipes: PipesSubprocessClient):
        return pipes.run(context=context, command=command).get_results(implicit_materializations=False)

    result = run(both)
    assert story(result) == ["made a", "failed: DagsterInvariantViolationError"]
    assert "step 'both' did not give back 'b'" in message(result)


def test_check_that_is_not_reported_fails_the_step(script):
    command = script("with open_dagster_pipes() as context: context.report_asset_materialization()")

    @asset(check_specs=[AssetCheckSpec("ok", asset="orders")])
    def orders(context: AssetExecutionContext, pipes: PipesSubprocessClient):
        return pipes.run(context=context, command=command).get_results()

    result = run(orders)
    assert story(result) == ["made orders", "failed: DagsterInvariantViolationError"]
    assert "did not give back 'orders:ok'" in message(result)


@pytest.mark.parametrize("given_back", [None, 7])
def test_results_that_the_step_keeps_to_itself_fail_it(script, given_back):
    command = script("with open_dagster_pipes() as context: context.report_asset_materialization()")

    @asset
    def orders(context: AssetExecutionContext, pipes: PipesSubprocessClient):
        pipes.run(context=context, command=command)
        return given_back

    result = run(orders)
    assert story(result) == ["failed: DagsterInvariantViolationError"]
    assert re.search(r"step 'orders' (did not give back 'orders'|gave back 7, of type int)", message(result))
    assert ".get_results() or .get_materialize_result()" in message(result)


def test_check_of_an_asset_that_another_step_makes(script):
    command = script("""
        with open_dagster_pipes() as context:
            assert (context.is_asset_step, context.asset_keys) == (True, [])
            context.report_asset_check(asset_key="orders", check_name="good", passed=False, severity="WARN")
    """)

    @asset
    def orders():
        return 1

    @asset_check(asset=orders)
    def good(context: AssetCheckExecutionContext, pipes: PipesSubprocessClient):
        return pipes.run(context=context, command=command).get_asset_check_result()

    lines = ["made orders", "success", "checked orders: good failed as WARN", "success"]
    assert story(run(orders, good)) == lines


def test_step_that_is_tried_again_starts_the_process_again(script):
    command = script("""
        import sys
        with open_dagster_pipes() as context:
            context.report_asset_materialization(metadata={"retry": context.retry_number})
            if context.retry_number < 2: sys.exit(4)
    """)

    @asset(retry_policy=RetryPolicy(max_retries=2))
    def orders(context: AssetExecutionContext, pipes: PipesSubprocessClient):
        return pipes.run(context=context, command=command).get_materialize_result()

    again = ["up for retry", "restarted"]
    assert story(run(orders)) == [*again, *again, "made orders {'retry': 2}", "success"]


def test_process_that_fails_fails_the_step(script):
    command = script("""
        with open_dagster_pipes() as context:
            raise ValueError("no such file: größe.csv")
    """)

    @asset
    def orders(context: AssetExecutionContext, pipes: PipesSubprocessClient):
        return pipes.run(context=context, command=command).get_materialize_result()

    result = run(orders)
    assert story(result) == ["failed: DagsterExecutionStepExecutionError by DagsterPipesExecutionError"]
    assert "the external process ended with code 1" in message(result)
    assert "ValueError: no such file: größe.csv" in message(result)


def test_op_is_told_custom_messages(script):
    command = script("""
        with open_dagster_pipes() as context:
            told = context.is_asset_step, context.job_name, context.is_partition_step, context.extras
            context.report_custom_message(told)
            context.report_custom_message({"é": None})
    """)

    @op
    def start(context: OpExecutionContext, pipes: PipesSubprocessClient):
        done = pipes.run(context=context, command=command, extras={"x": [1, {"y": None}]})
        return list(done.get_custom_messages()), list(done.get_results())

    @job(resource_defs={"pipes": ResourceDefinition.hardcoded_resource(PipesSubprocessClient())})
    def nightly():
        start()

    messages = [[False, "nightly", False, {"x": [1, {"y": None}]}], {"é": None}]
    assert nightly.execute_in_process().output_for_node("start") == (messages, [])


def test_partition_and_provenance_reach_the_process(script):
    command = script("""
        names = ["asset_key", "code_version", "provenance", "partition_key", "partition_key_range",
                 "partition_time_window", "run_id", "retry_number"]
        with open_dagster_pipes() as context:
            told = {name: getattr(PipesContext.get(), name) for name in names}
            context.report_asset_materialization(metadata={"told": {"raw_value": told, "type": "json"}})
    """)

    @asset(partitions_def=DailyPartitionsDefinition("2024-01-01"), code_version="c1")
    def orders(context: AssetExecutionContext, pipes: PipesSubprocessClient):
        return pipes.run(context=context, command=command).get_materialize_result()

    with Instance.ephemeral() as instance:
        first = run(orders, instance=instance, partition_key="2024-01-03")
        second = run(orders, instance=instance, partition_key="2024-01-04")
    expected = {
        "asset_key": "orders",
        "code_version": "c1",
        "provenance": None,
        "partition_key": "2024-01-03",
        "partition_key_range": {"start": "2024-01-03", "end": "2024-01-03"},
        "partition_time_window": {"start": "2024-01-03T00:00:00+00:00", "end": "2024-01-04T00:00:00+00:00"},
        "run_id": first.run_id,
        "retry_number": 0,
    }
    [made] = first.asset_materializations_for_node("orders")
    assert (made.partition, made.metadata["told"].value) == ("2024-01-03", expected)
    [made] = second.asset_materializations_for_node("orders")
    provenance = {"code_version": "c1", "input_data_versions": {}, "is_user_provided": False}
    assert made.metadata["told"].value["provenance"] == provenance


def test_range_of_partitions_reaches_the_process(script):
    command = script("""
        with open_dagster_pipes() as context:
            try: context.partition_key
            except Exception as error: context.log.warning(type(error).__name__)
            context.report_custom_message([context.partition_key_range, context.partition_time_window])
    """)
    days = DailyPartitionsDefinition("2024-01-01")
    told = []

    @asset(partitions_def=days)
    def orders(context: AssetExecutionContext, pipes: PipesSubprocessClient):
        done = pipes.run(context=context, command=command)
        told.extend(done.get_custom_messages())
        return done.get_results()

    tags = {"dagster/asset_partition_range_start": "2024-01-03", "dagster/asset_partition_range_end": "2024-01-05"}
    assert run(orders, tags=tags).success
    window = {"start": "2024-01-03T00:00:00+00:00", "end": "2024-01-06T00:00:00+00:00"}
    assert told == [[{"start": "2024-01-03", "end": "2024-01-05"}, window]]


TWO = {"a": StaticPartitionsDefinition(["x"]), "b": StaticPartitionsDefinition(["y"])}
DAYS = DailyPartitionsDefinition("2024-01-01", timezone="America/New_York")
SPRING = {"start": "2024-03-10T00:00:00-05:00", "end": "2024-03-11T00:00:00-04:00"}


@pytest.mark.parametrize(
    ("divided", "key", "window"),
    [
        (StaticPartitionsDefinition(["größe"]), "größe", None),
        (DAYS, "2024-03-10", SPRING),
        (
            MultiPartitionsDefinition({"a": TWO["a"], "b": DAYS}),
            MultiPartitionKey({"a": "x", "b": "2024-03-10"}),
            SPRING,
        ),
        (MultiPartitionsDefinition(TWO), MultiPartitionKey({"a": "x", "b": "y"}), None),
    ],
)
def test_partitions_of_every_kind(script, divided, key, window):
    command = script("""
        with open_dagster_pipes() as context:
            around = context.partition_key_range
            context.report_custom_message([context.partition_key, around["start"], around["end"]])
            context.report_custom_message(context.partition_time_window)
    """)
    told = []

    @asset(partitions_def=divided)
    def orders(context: AssetExecutionContext, pipes: PipesSubprocessClient):
        done = pipes.run(context=context, command=command)
        told.extend(done.get_custom_messages())
        return done.get_results()

    assert run(orders, partition_key=key).success
    assert told == [[str(key)] * 3, window]


def test_op_in_the_middle_of_an_asset(script):
    command = script("with open_dagster_pipes() as context: context.report_custom_message(context.asset_key)")

    @op
    def first(context: OpExecutionContext, pipes: PipesSubprocessClient):
        # Dagster asks for the results of the whole asset here, which no such op can give.
        return pipes.run(context=context, command=command).get_custom_messages()[0]

    @op
    def last(context: OpExecutionContext, pipes: PipesSubprocessClient, name):
        return pipes.run(context=context, command=command).get_results()

    @graph_asset
    def orders():
        return last(first())

    assert story(run(orders)) == ["success", "made orders", "success"]


def test_session_of_ones_own(script):
    import os
    import subprocess

    command = script("with open_dagster_pipes() as context: context.report_asset_materialization(metadata={'a': 1})")

    @asset
    def orders(context: AssetExecutionContext):
        with open_pipes_session(context, PipesEnvContextInjector(), PipesTempFileMessageReader()) as session:
            subprocess.run(command, env={**os.environ, **session.get_bootstrap_env_vars()}, check=True)
        assert [one.metadata["a"].value for one in session.get_reported_results()] == [1]
        yield from session.get_results()

    assert story(run(orders)) == ["made orders {'a': 1}", "success"]


def test_parameters_on_the_command_line(program):
    import subprocess

    command = program("""
        import argparse
        from daglab.pipes import PipesCliArgsParamsLoader, open_pipes
        parser = argparse.ArgumentParser()
        parser.add_argument("--rows", type=int)
        options, _ = parser.parse_known_args()
        with open_pipes(params_loader=PipesCliArgsParamsLoader()) as context:
            context.report_asset_materialization(metadata={"rows": options.rows})
    """)
    theirs = program("""
        from dagster_pipes import PipesCliArgsParamsLoader, open_dagster_pipes
        with open_dagster_pipes(params_loader=PipesCliArgsParamsLoader()) as context:
            context.report_asset_materialization(metadata={"rows": 3})
    """)

    def of(command):
        @asset
        def orders(context: AssetExecutionContext):
            with open_pipes_session(context, PipesEnvContextInjector(), PipesTempFileMessageReader()) as session:
                options = [word for pair in session.get_bootstrap_cli_arguments().items() for word in pair]
                subprocess.run([*command, *options], check=True)
            return session.get_results()

        return orders

    assert story(run(of([*command, "--rows", "3"]))) == story(run(of(theirs))) == ["made orders {'rows': 3}", "success"]


@pytest.mark.parametrize("partition", [None, "2024-01-02"])
def test_asset_that_is_called_directly(script, partition):
    command = script("""
        with open_dagster_pipes() as context:
            key = context.partition_key if context.is_partition_step else ""
            context.report_asset_materialization(metadata={"key": key, "job": context.job_name})
    """)

    @asset(partitions_def=DailyPartitionsDefinition("2024-01-01") if partition else None)
    def orders(context: AssetExecutionContext, pipes: PipesSubprocessClient):
        return pipes.run(context=context, command=command).get_results()

    context = build_asset_context(resources={"pipes": PipesSubprocessClient()}, partition_key=partition)
    [made] = orders(context)
    assert (made.metadata["key"].value, made.metadata["job"].value) == (partition or "", None)


def test_metadata_of_the_client_is_added_to_every_result(script):
    from daglab import PipesClientCompletedInvocation

    command = script("with open_dagster_pipes() as context: context.report_asset_materialization(metadata={'a': 1})")

    @asset
    def orders(context: AssetExecutionContext, pipes: PipesSubprocessClient):
        done = pipes.run(context=context, command=command)
        return PipesClientCompletedInvocation(done._session, metadata={"job": "j7"}).get_materialize_result()

    assert story(run(orders)) == ["made orders {'a': 1, 'job': 'j7'}", "success"]
