from __future__ import annotations

from datetime import datetime

import pytest

from daglab.definitions.automation.partitioned_schedule import build_schedule_from_partitioned_job
from daglab.definitions.automation.schedule_context import ScheduleEvaluationContext, build_schedule_context
from daglab.definitions.automation.schedule_decorator import schedule
from daglab.definitions.automation.schedule_definition import DefaultScheduleStatus, ScheduleDefinition
from daglab.definitions.config.run_config import RunConfig
from daglab.definitions.job_decorator import job
from daglab.definitions.op_decorator import op
from daglab.definitions.partitions.calendar_partitions import DailyPartitionsDefinition
from daglab.definitions.partitions.multi import MultiPartitionsDefinition
from daglab.definitions.partitions.partitioned_config import daily_partitioned_config
from daglab.definitions.partitions.static import StaticPartitionsDefinition
from daglab.definitions.resource_annotations import ResourceParam
from daglab.definitions.run_request import RunRequest, SkipReason
from daglab.errors import (
    InvalidDefinitionError,
    InvalidInvocationError,
    UserCodeError,
)

# ---- below, every test is about behaviour that anybody who knows such schedules expects


@op
def work():
    return 1


@job
def clean():
    work()


def tick(definition, **context):
    return definition.evaluate_tick(build_schedule_context(**context))


def test_name_comes_from_the_job():
    assert ScheduleDefinition(job=clean, cron_schedule="0 0 * * *").name == "clean_schedule"
    assert ScheduleDefinition(job_name="clean", cron_schedule="@daily").job_name == "clean"


def test_several_cron_schedules_and_defaults():
    definition = ScheduleDefinition("a", job_name="clean", cron_schedule=["0 1 * * *", "0 2 * * *"])
    assert definition.cron_schedule == ["0 1 * * *", "0 2 * * *"]
    assert definition.default_status == DefaultScheduleStatus.STOPPED
    assert definition.execution_timezone is None
    assert definition.required_resource_keys == set()


@pytest.mark.parametrize(
    "given",
    [
        {"cron_schedule": "nonsense"},
        {"cron_schedule": "0 0 30 2 *"},
        {"cron_schedule": "0 0 0 * * *"},
        {"cron_schedule": []},
        {"cron_schedule": "0 0 * * *", "execution_timezone": "Mars/Base"},
        {"cron_schedule": "0 0 * * *", "run_config": {"a": 1}, "run_config_fn": lambda _: {}},
        {"cron_schedule": "0 0 * * *", "tags": {"a": "b"}, "tags_fn": lambda _: {}},
        {"cron_schedule": "0 0 * * *", "execution_fn": lambda _: None, "run_config": {"a": 1}},
        {"cron_schedule": "0 0 * * *", "job": clean},
    ],
)
def test_what_cannot_be_is_refused(given):
    with pytest.raises(InvalidDefinitionError):
        ScheduleDefinition("a", job_name="clean", **given)


def test_tick_with_run_config_and_tags():
    definition = ScheduleDefinition(job=clean, cron_schedule="* * * * *", run_config={"ops": {}}, tags={"team": "x"})
    (request,) = tick(definition).run_requests
    assert request.run_config == {"ops": {}}
    assert request.tags == {"team": "x", "dagster/schedule_name": "clean_schedule"}
    assert request.run_key is None


def test_tick_with_functions():
    definition = ScheduleDefinition(
        job=clean,
        cron_schedule="* * * * *",
        run_config_fn=lambda context: {"ops": {"day": context.scheduled_execution_time.day}},
        tags_fn=lambda _context: {"n": "1"},
    )
    (request,) = tick(definition, scheduled_execution_time=datetime(2024, 1, 31)).run_requests
    assert request.run_config == {"ops": {"day": 31}}
    assert request.tags["n"] == "1"


def test_run_config_function_without_parameters():
    definition = ScheduleDefinition(job=clean, cron_schedule="* * * * *", run_config_fn=lambda: RunConfig(ops={}))
    assert tick(definition).run_requests[0].run_config == RunConfig(ops={}).to_config_dict()


def test_should_execute_skips():
    definition = ScheduleDefinition(job=clean, cron_schedule="* * * * *", should_execute=lambda _: False)
    data = tick(definition)
    assert data.run_requests == []
    assert data.skip_message == "should_execute function for clean_schedule returned false."


def test_error_of_the_user_is_told():
    @schedule(cron_schedule="* * * * *", job_name="clean")
    def broken():
        raise KeyError("gone")

    with pytest.raises(UserCodeError):
        tick(broken)
    with pytest.raises(KeyError):
        broken()


def test_all_that_a_function_may_return():
    one = RunRequest(run_key="1")

    def made(function):
        return tick(schedule(cron_schedule="@hourly", job_name="clean", name="s")(function))

    assert [request.run_key for request in made(lambda: one).run_requests] == ["1"]
    assert [request.run_key for request in made(lambda: [one, RunRequest(run_key="2")]).run_requests] == ["1", "2"]
    assert made(lambda: SkipReason("why")).skip_message == "why"
    assert made(lambda: None).skip_message == "Schedule function returned an empty result"
    assert made(lambda: [None]).skip_message == "Schedule function returned an empty result"
    assert made(lambda: {"ops": {"a": 1}}).run_requests[0].run_config == {"ops": {"a": 1}}

    def generator(context):
        yield RunRequest(run_key="a")
        yield RunRequest(run_key="b")

    assert [request.run_key for request in made(generator).run_requests] == ["a", "b"]


def test_several_requests_need_run_keys():
    @schedule(cron_schedule="@hourly", job_name="clean")
    def two():
        return [RunRequest(), RunRequest()]

    with pytest.raises(Exception, match="run_key"):
        tick(two)


def test_tags_function_of_the_decorator_only_with_run_config():
    @schedule(cron_schedule="@hourly", job_name="clean", tags_fn=lambda _: {"a": "b"})
    def configured(_context):
        return {"ops": {}}

    assert tick(configured).run_requests[0].tags["a"] == "b"


def test_direct_call_with_and_without_context():
    @schedule(cron_schedule="@hourly", job_name="clean")
    def plain():
        return {"a": 1}

    @schedule(cron_schedule="@hourly", job_name="clean")
    def told(my_context):
        return RunRequest(run_key=str(my_context.scheduled_execution_time.year))

    context = build_schedule_context(scheduled_execution_time=datetime(2024, 1, 1))
    assert plain() == {"a": 1}
    assert told(context).run_key == "2024"
    assert told(my_context=context).run_key == "2024"
    for wrong in (lambda: told(), lambda: told(context, context), lambda: told(other=context)):
        with pytest.raises(InvalidInvocationError):
            wrong()
    with pytest.raises(InvalidInvocationError):
        ScheduleDefinition(job=clean, cron_schedule="@daily")()


def test_resources_as_parameters():
    @schedule(cron_schedule="@hourly", job_name="clean")
    def told(context: ScheduleEvaluationContext, limit: ResourceParam[int]):
        return RunRequest(run_key=str(limit))

    assert told.required_resource_keys == {"limit"}
    assert told(build_schedule_context(resources={"limit": 3})).run_key == "3"
    assert told(build_schedule_context(), limit=4).run_key == "4"
    assert tick(told, resources={"limit": 5}).run_requests[0].run_key == "5"
    with pytest.raises(InvalidDefinitionError, match="limit"):
        told(build_schedule_context())


def test_required_resource_keys_reach_the_context():
    @schedule(cron_schedule="@hourly", job_name="clean", required_resource_keys={"limit"})
    def told(context):
        return RunRequest(run_key=str(context.resources.limit))

    assert told(build_schedule_context(resources={"limit": 3})).run_key == "3"


def test_context_without_time_or_instance():
    context = build_schedule_context()
    for attribute in ("scheduled_execution_time", "instance"):
        with pytest.raises(Exception, match=attribute):
            getattr(context, attribute)


def test_job_is_known_unless_by_name():
    assert ScheduleDefinition(job=clean, cron_schedule="@daily").job is clean
    with pytest.raises(InvalidDefinitionError):
        _ = ScheduleDefinition(job_name="clean", cron_schedule="@daily").job


def test_daily_job_runs_the_last_partition():
    @daily_partitioned_config(start_date="2024-01-01")
    def days(start, _end):
        return {"ops": {"day": start.day}}

    @job(config=days)
    def daily():
        work()

    nightly = build_schedule_from_partitioned_job(daily, hour_of_day=2)
    assert (nightly.name, nightly.cron_schedule, nightly.execution_timezone) == ("daily_schedule", "0 2 * * *", "UTC")
    (request,) = tick(nightly, scheduled_execution_time=datetime(2024, 1, 6, 2)).run_requests
    assert (request.run_key, request.partition_key) == ("2024-01-05", "2024-01-05")
    assert request.tags["dagster/partition"] == "2024-01-05"
    assert request.run_config == {"ops": {"day": 5}}
    assert tick(nightly, scheduled_execution_time=datetime(2023, 1, 1)).skip_message


def test_static_and_multi_partitions():
    letters = StaticPartitionsDefinition(["a", "b"])

    @job(partitions_def=letters)
    def static():
        work()

    @job(partitions_def=MultiPartitionsDefinition({"day": DailyPartitionsDefinition("2024-01-01"), "letter": letters}))
    def multi():
        work()

    each = build_schedule_from_partitioned_job(static, cron_schedule="0 5 * * *")
    assert [request.run_key for request in tick(each).run_requests] == ["a", "b"]
    both = tick(build_schedule_from_partitioned_job(multi), scheduled_execution_time=datetime(2024, 1, 3)).run_requests
    assert [request.run_key for request in both] == ["2024-01-02|a", "2024-01-02|b"]
    for wrong in ({"job": static}, {"job": clean}, {"job": multi, "cron_schedule": "@daily"}):
        with pytest.raises(Exception, match=r"."):
            build_schedule_from_partitioned_job(**wrong)
