from __future__ import annotations

import pytest

from daglab.definitions.asset_decorator import asset
from daglab.definitions.asset_key import AssetKey
from daglab.definitions.automation.run_status_context import build_run_status_sensor_context
from daglab.definitions.automation.sensor_context import SensorEvaluationContext, build_sensor_context
from daglab.definitions.automation.sensor_decorator import sensor
from daglab.definitions.automation.sensor_definition import DefaultSensorStatus, SensorDefinition
from daglab.definitions.automation.sensor_result import SensorResult
from daglab.definitions.job_decorator import job
from daglab.definitions.op_decorator import op
from daglab.definitions.partitions.dynamic import DynamicPartitionsDefinition
from daglab.definitions.resource_annotations import ResourceParam
from daglab.definitions.run_request import RunRequest, SkipReason
from daglab.errors import InvalidDefinitionError, InvalidInvocationError, InvariantViolationError


@op
def work():
    return 1


@job
def load():
    work()


def tick(definition, **context):
    return definition.evaluate_tick(build_sensor_context(**context))


def returning(result):
    return lambda: result


def made(function, **options):
    return sensor(**{"job": load, "name": "s", **options})(function)


def test_defaults():
    definition = made(lambda: None)
    assert definition.minimum_interval_seconds == 30
    assert definition.default_status == DefaultSensorStatus.STOPPED
    assert definition.job is load
    assert definition.job_name == "load"


def test_all_that_a_function_may_return():
    def generator(_context):
        yield RunRequest(run_key="1")
        yield RunRequest(run_key="2")

    assert [request.run_key for request in tick(made(generator)).run_requests] == ["1", "2"]
    assert [request.run_key for request in tick(made(lambda: [RunRequest("3")])).run_requests] == ["3"]
    assert tick(made(lambda: RunRequest())).run_requests[0].tags == {"dagster/sensor_name": "s"}
    assert tick(made(lambda: SkipReason("why"))).skip_message == "why"
    assert tick(made(lambda: None)).skip_message == "Sensor function returned an empty result"
    assert tick(made(lambda: SensorResult(skip_reason="why"))).skip_message == "why"
    assert tick(made(lambda: SensorResult())).skip_message == "Sensor function returned an empty result"


@pytest.mark.parametrize(
    "result",
    [
        "text",
        [RunRequest(run_key="1"), SkipReason("why")],
        [SkipReason("a"), SkipReason("b")],
        [SensorResult(), RunRequest()],
    ],
)
def test_what_a_function_must_not_return(result):
    with pytest.raises(Exception, match=r"."):
        tick(made(lambda: result))


def test_cursor_from_context_and_from_result():
    def updates(context):
        context.update_cursor("2")

    data = tick(made(updates), cursor="1")
    assert data.cursor == "2"
    assert tick(made(lambda: SensorResult(cursor="3")), cursor="1").cursor == "3"
    assert tick(made(lambda: None), cursor="1").cursor == "1"

    def both(context):
        context.update_cursor("2")
        return SensorResult(cursor="3")

    with pytest.raises(InvariantViolationError):
        tick(made(both))


def test_result_with_runs_and_reason_is_refused():
    with pytest.raises(Exception, match="skip"):
        SensorResult(run_requests=[RunRequest()], skip_reason="why")


def test_request_of_a_sensor_without_job():
    with pytest.raises(Exception, match="target"):
        tick(sensor(name="s")(lambda: RunRequest()))


def test_several_jobs_need_a_job_name():
    @job
    def other():
        work()

    several = made(lambda: RunRequest(), job=None, jobs=[load, other])
    assert several.jobs == [load, other]
    with pytest.raises(Exception, match="job_name"):
        tick(several)
    with pytest.raises(InvalidDefinitionError):
        _ = several.job
    named = made(lambda: RunRequest(job_name="other"), job=None, jobs=[load, other])
    assert tick(named).run_requests[0].job_name == "other"
    with pytest.raises(Exception, match="wrong"):
        tick(made(lambda: RunRequest(job_name="wrong")))


def test_targets_exclude_each_other():
    with pytest.raises(InvalidDefinitionError):
        SensorDefinition("s", evaluation_fn=lambda: None, job=load, job_name="load")
    with pytest.raises(InvalidDefinitionError):
        SensorDefinition("s", job=load)


def test_target_assets_make_a_job():
    @asset
    def orders():
        return 1

    definition = made(lambda: RunRequest(), job=None, target=[orders])
    assert definition.job_name == "__anonymous_asset_job_s"


def test_direct_call():
    @sensor(job=load)
    def told(context):
        return RunRequest(run_key=context.cursor)

    assert told(build_sensor_context(cursor="7")).run_key == "7"
    assert told(context=build_sensor_context(cursor="8")).run_key == "8"
    assert made(lambda: SkipReason("x"))() == SkipReason("x")
    for wrong in (lambda: told(), lambda: told(1, 2)):
        with pytest.raises(InvalidInvocationError):
            wrong()


def test_resources_as_parameters_and_in_a_with_block():
    @sensor(job=load)
    def told(context: SensorEvaluationContext, limit: ResourceParam[int]):
        return RunRequest(run_key=str(limit))

    assert told(build_sensor_context(resources={"limit": 3})).run_key == "3"
    assert told(build_sensor_context(), limit=4).run_key == "4"
    with build_sensor_context(resources={"limit": 5}) as context:
        assert context.resources.limit == 5
    with pytest.raises(InvalidDefinitionError, match="limit"):
        tick(told)
    with pytest.raises(Exception, match="resource"):

        @sensor(job=load, required_resource_keys={"a"})
        def twice(limit: ResourceParam[int]): ...


def test_dynamic_partitions_requests():
    fruits = DynamicPartitionsDefinition(name="fruits")
    add, delete = fruits.build_add_request(["apple"]), fruits.build_delete_request(["apple"])
    assert tick(made(lambda: SensorResult(dynamic_partitions_requests=[add]))).dynamic_partitions_requests == [add]
    for wrong in ([add, add], [add, delete], [delete, delete]):
        with pytest.raises(InvariantViolationError):
            tick(made(returning(SensorResult(dynamic_partitions_requests=wrong))))


def test_first_tick_since_start():
    assert build_sensor_context().is_first_tick_since_sensor_start
    assert not SensorEvaluationContext(
        None, last_tick_completion_time=2.0, last_sensor_start_time=1.0
    ).is_first_tick_since_sensor_start


def test_run_request_keeps_what_it_was_given():
    request = RunRequest("k", {"ops": {}}, {"n": 1}, asset_selection=[AssetKey("a")], partition_key="p")
    assert (request.run_key, request.tags, request.partition_key) == ("k", {"n": "1"}, "p")
    assert RunRequest() == RunRequest(run_config={}, tags={})
    assert RunRequest().run_config == {}


# ---- own


def test_run_failure_sensor_gets_the_failure():
    from daglab.definitions.automation.run_status_sensor import run_failure_sensor

    @run_failure_sensor
    def alert(context, limit: ResourceParam[int]):
        return (type(context).__name__, context.failure_event, context.partition_key, limit)

    context = build_run_status_sensor_context("alert", "the event", None, None, partition_key="p")
    assert alert(context, limit=3) == ("RunFailureSensorContext", "the event", "p", 3)
