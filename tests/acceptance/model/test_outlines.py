"""Two outlines of a data orchestrator, told as stories: what its parts are, and what happens when a job is run.

The first goes from ops and graphs to jobs, assets, repositories, workspaces, schedules and sensors; the second from a
command to a plan, a run, and its events.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from project import Project

from daglab import (
    AssetKey,
    AssetMaterialization,
    AssetSelection,
    Config,
    DagsterEventType,
    DagsterInstance,
    DagsterInvalidConfigError,
    DagsterInvalidSubsetError,
    DagsterRunStatus,
    Definitions,
    OpExecutionContext,
    RunConfig,
    RunRequest,
    ScheduleDefinition,
    SkipReason,
    asset,
    asset_sensor,
    build_schedule_context,
    build_sensor_context,
    define_asset_job,
    graph,
    job,
    materialize,
    op,
    repository,
    schedule,
    sensor,
)

# ---- ops, graphs, jobs


@op
def read_numbers() -> list[int]:
    return [3, 1, 2]


@op
def ordered(numbers: list[int]) -> list[int]:
    return sorted(numbers)


@op
def largest(numbers: list[int]) -> int:
    return numbers[-1]


@graph
def largest_of(numbers):  # type: ignore[no-untyped-def]
    return largest(ordered(numbers))


@graph
def whole() -> None:
    largest_of(read_numbers())


def steps_of(result: Any) -> list[str]:
    return [event.step_key for event in result.get_step_success_events()]


def test_op_is_the_smallest_unit_and_can_be_used_again() -> None:
    assert ordered([2, 1]) == [1, 2]

    @job
    def twice() -> None:
        numbers = read_numbers()
        ordered(numbers)
        ordered.alias("ordered_again")(numbers)

    result = twice.execute_in_process()
    assert (steps_of(result)[0], set(steps_of(result)[1:])) == ("read_numbers", {"ordered", "ordered_again"})
    assert result.output_for_node("ordered_again") == [1, 2, 3]


def test_graph_of_graphs_runs_in_the_order_of_its_data() -> None:
    result = whole.execute_in_process()
    assert steps_of(result) == ["read_numbers", "largest_of.ordered", "largest_of.largest"]
    assert result.output_for_node("largest_of.ordered") == [1, 2, 3]
    assert result.output_for_node("largest_of") == 3
    assert largest_of.execute_in_process(input_values={"numbers": [5, 9, 7]}).output_value() == 9


def test_one_graph_is_several_jobs() -> None:
    jobs = [whole.to_job(name=name, tags={"stage": name}) for name in ("test", "production")]
    for one in jobs:
        result = one.execute_in_process()
        assert (result.success, result.dagster_run.job_name) == (True, one.name)
        assert result.dagster_run.tags["stage"] == one.name


# ---- materialization


def test_op_materializes_an_asset() -> None:
    @op
    def write_report(context: OpExecutionContext) -> None:
        context.log_event(AssetMaterialization(asset_key=["reports", "daily"], metadata={"rows": 3}))

    @job
    def reporting() -> None:
        write_report()

    with DagsterInstance.ephemeral() as instance:
        result = reporting.execute_in_process(instance=instance)
        [made] = result.asset_materializations_for_node("write_report")
        assert (made.asset_key, made.metadata["rows"].value) == (AssetKey(["reports", "daily"]), 3)
        event = instance.get_latest_materialization_event(AssetKey(["reports", "daily"]))
        assert event is not None
        assert event.run_id == result.run_id


def test_materialized_asset_is_there_for_later_runs() -> None:
    @asset
    def numbers() -> list[int]:
        return [1, 2, 3]

    @asset
    def total(numbers: list[int]) -> int:
        return sum(numbers)

    with DagsterInstance.ephemeral() as instance:
        assert materialize([numbers], instance=instance).success
        later = materialize([numbers, total], instance=instance, selection="total")
        assert (steps_of(later), later.output_for_node("total")) == (["total"], 6)


# ---- repositories


@asset(group_name="sales")
def sales() -> int:
    return 7


@asset
def sales_report(sales: int) -> str:
    return f"sold {sales}"


whole_job = whole.to_job(name="whole_job")
sales_job = define_asset_job("sales_job", selection=AssetSelection.assets(sales).downstream())
nightly = ScheduleDefinition(job=whole_job, cron_schedule="0 0 * * *")


@sensor(job=whole_job)
def always() -> RunRequest:
    return RunRequest(run_key=None)


def test_repository_holds_jobs_assets_schedules_and_sensors() -> None:
    @repository
    def everything() -> list[Any]:
        return [sales, sales_report, whole_job, sales_job, nightly, always]

    assert everything.name == "everything"
    assert {one.name for one in everything.get_all_jobs()} >= {"whole_job", "sales_job"}
    assert [one.name for one in everything.schedule_defs] == ["whole_job_schedule"]
    assert [one.name for one in everything.sensor_defs] == ["always"]
    assert set(everything.assets_defs_by_key) == {AssetKey("sales"), AssetKey("sales_report")}
    assert everything.get_job("sales_job").execute_in_process().output_for_node("sales_report") == "sold 7"


def test_definitions_are_todays_repository() -> None:
    definitions = Definitions(
        assets=[sales, sales_report], jobs=[whole_job, sales_job], schedules=[nightly], sensors=[always]
    )
    Definitions.validate_loadable(definitions)
    assert definitions.resolve_job_def("whole_job").execute_in_process().output_for_node("largest_of") == 3
    assert definitions.get_repository_def().has_job("sales_job")


# ---- schedules


def test_schedule_submits_at_a_fixed_time() -> None:
    assert (nightly.cron_schedule, nightly.job_name) == ("0 0 * * *", "whole_job")
    at = datetime(2024, 3, 15, tzinfo=UTC)
    [request] = nightly.evaluate_tick(build_schedule_context(scheduled_execution_time=at)).run_requests
    assert request.run_config == {}


def test_schedule_decides_what_to_run() -> None:
    @schedule(job=whole_job, cron_schedule="0 9 * * *", execution_timezone="Asia/Tokyo")
    def on_weekdays(context: Any) -> Any:
        moment = context.scheduled_execution_time
        return SkipReason("weekend") if moment.weekday() > 4 else RunRequest(tags={"day": f"{moment:%A}"})

    friday, saturday = (
        on_weekdays.evaluate_tick(build_schedule_context(scheduled_execution_time=datetime(2024, 3, day, 9)))
        for day in (15, 16)
    )
    [request] = friday.run_requests
    assert request.tags["day"] == "Friday"
    assert (saturday.run_requests, saturday.skip_message) == ([], "weekend")


# ---- sensors


def test_sensor_submits_when_the_outside_changes() -> None:
    arrived: list[str] = []

    @sensor(job=whole_job)
    def inbox(context: Any) -> Any:
        new = arrived[int(context.cursor or 0) :]
        context.update_cursor(str(len(arrived)))
        yield from (RunRequest(run_key=name) for name in new)

    with DagsterInstance.ephemeral() as instance:
        context = build_sensor_context(instance)
        assert inbox.evaluate_tick(context).run_requests == []
        arrived.extend(["one", "two"])
        first = inbox.evaluate_tick(build_sensor_context(instance, cursor="0"))
        assert ([request.run_key for request in first.run_requests], first.cursor) == (["one", "two"], "2")
        assert inbox.evaluate_tick(build_sensor_context(instance, cursor=first.cursor)).run_requests == []


def test_sensor_follows_an_asset() -> None:
    @asset_sensor(asset_key=AssetKey("sales"), job=sales_job)
    def when_sold(context: Any, event: Any) -> RunRequest:
        return RunRequest(run_key=event.run_id)

    definitions = Definitions(assets=[sales, sales_report], jobs=[sales_job], sensors=[when_sold])
    with DagsterInstance.ephemeral() as instance:

        def ask(cursor: str | None = None) -> Any:
            context = build_sensor_context(
                instance, cursor=cursor, repository_def=definitions.get_repository_def(), sensor_name="when_sold"
            )
            return when_sold.evaluate_tick(context)

        assert ask().run_requests == []
        made = materialize([sales], instance=instance)
        after = ask()
        assert [request.run_key for request in after.run_requests] == [made.run_id]
        assert ask(after.cursor).run_requests == []


# ---- a job is run: config, plan, run, events


class Greeting(Config):
    name: str
    times: int = 1


@op
def greeting(config: Greeting) -> str:
    return f"hello {config.name}! " * config.times


@op
def shouted(text: str) -> str:
    return text.upper()


@op
def counted(text: str) -> int:
    return len(text)


@job
def hello() -> None:
    text = greeting()
    shouted(text)
    counted(text)


def test_preset_is_config_that_a_job_carries() -> None:
    @graph
    def hello_graph() -> None:
        shouted(greeting())

    preset = hello_graph.to_job(name="to_ada", config=RunConfig(ops={"greeting": Greeting(name="Ada")}))
    assert preset.execute_in_process().output_for_node("shouted") == "HELLO ADA! "
    other = preset.execute_in_process(run_config={"ops": {"greeting": {"config": {"name": "Bo", "times": 2}}}})
    assert other.output_for_node("shouted") == "HELLO BO! HELLO BO! "


def test_run_config_is_checked_before_anything_runs() -> None:
    with DagsterInstance.ephemeral() as instance:
        with pytest.raises(DagsterInvalidConfigError, match="greeting"):
            hello.execute_in_process(instance=instance)
        with pytest.raises(DagsterInvalidConfigError):
            hello.execute_in_process(
                run_config={"ops": {"greeting": {"config": {"name": "x", "times": "often"}}}}, instance=instance
            )
        assert instance.get_runs() == []


def test_selection_runs_a_part_of_the_plan() -> None:
    config = RunConfig(ops={"greeting": Greeting(name="x")})
    for selection, steps in (
        (["*shouted"], ["greeting", "shouted"]),
        (["greeting+"], ["greeting", "shouted", "counted"]),
        (["greeting", "counted"], ["greeting", "counted"]),
    ):
        result = hello.execute_in_process(run_config=config, op_selection=selection)
        assert (steps_of(result)[0], set(steps_of(result))) == (steps[0], set(steps))
    with pytest.raises(DagsterInvalidSubsetError):
        hello.execute_in_process(run_config=config, op_selection=["*nobody"])


def test_run_holds_what_it_was_asked_for() -> None:
    config = {"ops": {"greeting": {"config": {"name": "Zoë", "times": 1}}}}
    with DagsterInstance.ephemeral() as instance:
        result = hello.execute_in_process(run_config=config, tags={"team": "green"}, instance=instance)
        run = instance.get_run_by_id(result.run_id)
        assert run is not None
        assert (run.run_id, run.job_name, run.status) == (result.run_id, "hello", DagsterRunStatus.SUCCESS)
        assert run.run_config == config
        assert run.tags["team"] == "green"
        assert [one.run_id for one in instance.get_runs()] == [result.run_id]


def test_events_tell_what_happened_in_order() -> None:
    result = hello.execute_in_process(run_config=RunConfig(ops={"greeting": Greeting(name="x")}))
    types = [event.event_type for event in result.all_events]
    assert types.index(DagsterEventType.RUN_START) < types.index(DagsterEventType.STEP_START)
    assert types[-1] == DagsterEventType.RUN_SUCCESS
    assert [
        event.event_type
        for event in result.events_for_node("greeting")
        if event.event_type
        in {DagsterEventType.STEP_START, DagsterEventType.STEP_OUTPUT, DagsterEventType.STEP_SUCCESS}
    ] == [DagsterEventType.STEP_START, DagsterEventType.STEP_OUTPUT, DagsterEventType.STEP_SUCCESS]


def test_error_of_a_step_is_raised_or_kept() -> None:
    @op
    def breaks(text: str) -> None:
        raise LookupError(f"nothing for {text}")

    @op
    def after(nothing: Any) -> None:
        raise AssertionError("not to be run")

    @job
    def doomed() -> None:
        after(breaks(greeting()))

    config = RunConfig(ops={"greeting": Greeting(name="x")})
    with pytest.raises(LookupError, match="nothing for hello x!"):
        doomed.execute_in_process(run_config=config)
    with DagsterInstance.ephemeral() as instance:
        result = doomed.execute_in_process(run_config=config, instance=instance, raise_on_error=False)
        assert (result.success, result.get_failed_step_keys()) == (False, {"breaks"})
        assert steps_of(result) == ["greeting"]
        run = instance.get_run_by_id(result.run_id)
        assert run is not None
        assert run.status == DagsterRunStatus.FAILURE
        [failed] = [event for event in result.all_events if event.is_step_failure]
        assert "nothing for hello x!" in str(failed.event_specific_data.error)


# ---- workspaces and the command line

HELLO = """\
import json

from daglab import Config, asset, job, op


class Greeting(Config):
    name: str = "world"


@op
def greeting(config: Greeting) -> str:
    return f"hello {config.name}"


@op
def shouted(text: str) -> None:
    with open("said.json", "w") as file:
        json.dump(text.upper(), file)


@job
def hello():
    shouted(greeting())
"""


def test_job_of_a_file_is_run_by_command(project: Project) -> None:
    (project.root / "hello.py").write_text(HELLO)
    done = project.daglab("job", "execute", "-f", "hello.py")
    assert done.code == 0, done
    assert json.loads((project.root / "said.json").read_text()) == "HELLO WORLD"
    config = {"ops": {"greeting": {"config": {"name": "Zoë"}}}}
    assert project.daglab("job", "execute", "hello", "-f", "hello.py", "--config-json", json.dumps(config)).code == 0
    assert json.loads((project.root / "said.json").read_text()) == "HELLO ZOË"
    wrong = project.daglab("job", "execute", "-f", "hello.py", "--config-json", '{"ops": {"greetin": {}}}')
    assert "greetin" in wrong.refused()


def test_workspace_holds_what_several_modules_define(project: Project) -> None:
    (project.root / "pyproject.toml").write_text('[tool.daglab]\nlocations = ["sales", "reports", "hello"]\n')
    (project.root / "sales.py").write_text("from daglab import asset\n@asset\ndef sales(): return 7\n")
    (project.root / "reports.py").write_text(
        "from daglab import asset\n@asset\ndef sales_report(sales): return f'sold {sales}'\n"
    )
    (project.root / "hello.py").write_text(HELLO)
    done = project.daglab("materialize")
    assert (done.code, done.steps) == (0, ["sales", "sales_report"])
    assert project.load("sales_report") == "'sold 7'"
    assert [one["name"] for one in json.loads(project.daglab("jobs", "--json").out)] == ["hello"]
