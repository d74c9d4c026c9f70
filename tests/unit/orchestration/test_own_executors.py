"""Executors of one's own decide where and in which order steps run; what follows from how they end is not theirs."""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import pytest

from daglab import (
    DagsterInstance,
    DynamicOut,
    DynamicOutput,
    Executor,
    InProcessExecutor,
    MultiprocessExecutor,
    Out,
    Output,
    RetryMode,
    RetryPolicy,
    RetryRequested,
    StepDependencyConfig,
    execute_job,
    executor,
    failure_hook,
    in_process_executor,
    instance_for_test,
    job,
    mem_io_manager,
    multi_or_in_process_executor,
    multiprocess_executor,
    op,
    reconstructable,
    resource,
)
from daglab.errors import (
    InvalidConfigError,
    InvalidDefinitionError,
    InvariantViolationError,
    UnmetExecutorRequirementsError,
    UserCodeError,
)

said: list[str] = []


class LastFirst(Executor):
    """Of the steps that may go, the last one first."""

    retries = RetryMode.ENABLED

    def execute(self, plan_context, execution_plan):
        with execution_plan.start(retry_mode=self.retries) as active:
            while not active.is_complete:
                steps = active.get_steps_to_execute()
                if not steps:
                    active.sleep_til_ready()
                for step in reversed(steps):
                    for event in plan_context.execute_step(step):
                        said.append(event.event_type_value)
                        yield event


class OnThreads(Executor):
    """As many threads as it is told."""

    retries = RetryMode.ENABLED

    def __init__(self, threads):
        self.threads = threads

    def execute(self, plan_context, execution_plan):
        with ThreadPoolExecutor(self.threads) as pool, execution_plan.start(retry_mode=self.retries) as active:
            running = set()
            while not active.is_complete:
                for step in active.get_steps_to_execute(limit=self.threads - len(running)):
                    running.add(pool.submit(plan_context.execute_step, step))
                done, running = wait(running, timeout=0.05, return_when=FIRST_COMPLETED)
                if not (done or running):
                    active.sleep_til_ready()
                for one in done:
                    yield from one.result()


@executor
def last_first(init_context):
    return LastFirst()


@executor(name="threads", config_schema={"threads": int})
def on_threads(init_context):
    return OnThreads(init_context.executor_config["threads"])


def run(flow, executor_def, config=None, **more):
    flows[flow.__name__] = flow
    made = flow().with_executor_def(executor_def) if executor_def else flow()
    current.clear()
    current.append(made)
    execution = {"execution": {"config": config}} if config is not None else {}
    instance = more.pop("instance", None) or DagsterInstance.ephemeral()
    return execute_job(reconstructable(the_job), instance, run_config=execution, **more)


flows: dict[str, object] = {}
current: list[object] = []


def the_job():
    return current[0]


EXECUTORS = [(last_first, None), (on_threads, {"threads": 3})]
both = pytest.mark.parametrize(("made", "config"), EXECUTORS, ids=["last first", "threads"])


def wide():
    @op
    def one(context):
        said.append(context.op_handle.name if hasattr(context, "op_handle") else "one")
        return 1

    @op
    def add(parts):
        return sum(parts)

    @job
    def made():
        add([one.alias(f"one{number}")() for number in range(4)])

    return made


def test_steps_go_in_the_order_of_the_executor_and_its_events_are_told():
    said.clear()
    result = run(wide, last_first)
    assert result.output_for_node("add") == 4
    order = [event.step_key for event in result.all_events if event.is_step_start]
    assert order == ["one3", "one2", "one1", "one0", "add"]
    assert said.count("STEP_START") == said.count("STEP_SUCCESS") == 5


def test_steps_run_side_by_side_on_threads_and_print_into_their_own_log():
    together = threading.Barrier(3)

    def side_by_side():
        @op
        def meets(context):
            together.wait(timeout=60)
            print("from", context.op.name)
            together.wait(timeout=60)

        @job
        def made():
            for number in range(3):
                meets.alias(f"meets{number}")()

        return made

    with instance_for_test() as instance:
        result = run(side_by_side, on_threads, {"threads": 3}, instance=instance)
        assert result.success
        logs = [
            (event.step_key, event.payload.text)
            for event in instance.store.events(run_id=result.run_id)
            if event.type == "OUTPUT"
        ]
    assert sorted(logs) == [(f"meets{number}", f"from meets{number}") for number in range(3)]


@both
def test_retries_failures_skips_and_hooks_are_as_with_other_executors(made, config):
    tries: list[int] = []
    hooked: list[str] = []

    def mixed():
        @failure_hook
        def tell(context):
            hooked.append(context.step_key)

        @op(retry_policy=RetryPolicy(max_retries=2))
        def flaky(context):
            tries.append(context.retry_number)
            if context.retry_number < 2:
                raise RetryRequested(max_retries=2, seconds_to_wait=0.01)
            return 1

        @op
        def failing():
            raise KeyError("lost")

        @op
        def after(one):
            raise AssertionError("its input was not made")

        @op(out=Out(is_required=False))
        def nothing():
            if False:
                yield Output(1)

        @job(hooks={tell})
        def built():
            after.alias("after_flaky")(flaky())
            after.alias("after_failing")(failing())
            after.alias("after_nothing")(nothing())

        return built

    result = run(mixed, made, config)
    kinds = [(event.step_key, event.event_type_value) for event in result.all_events if event.is_step_event]
    assert tries == [0, 1, 2]
    assert (result.success, result.retry_attempts_for_node("flaky")) == (False, 2)
    assert result.get_failed_step_keys() == {"failing", "after_flaky"}
    assert set(hooked) >= {"failing", "after_flaky"}
    assert ("after_nothing", "STEP_SKIPPED") in kinds
    assert not [kind for kind in kinds if kind[0] == "after_failing"]


@both
@pytest.mark.parametrize("values", [["a", "b", "c"], []], ids=["three", "none"])
def test_dynamic_steps_are_known_when_their_values_are(made, config, values):
    def fanned():
        @op(out=DynamicOut())
        def fan():
            for one in values:
                yield DynamicOutput(one, mapping_key=one)

        @op
        def upper(text):
            return text.upper()

        @op
        def joined(texts):
            return "".join(texts)

        @job
        def built():
            joined(fan().map(upper).collect())

        return built

    result = run(fanned, made, config)
    assert result.output_for_node("joined") == "".join(values).upper()
    assert sorted(event.step_key for event in result.get_step_success_events()) == sorted(
        ["fan", "joined", *(f"upper[{one}]" for one in values)]
    )


def test_cancelled_run_of_threads_is_canceled_and_closes_its_resources():
    closed: list[str] = []

    def interrupted():
        @resource
        def database(_):
            yield 1
            closed.append("database")

        @op(required_resource_keys={"database"})
        def stops():
            raise KeyboardInterrupt

        @op
        def after(one):
            raise AssertionError("the run was canceled")

        @job(resource_defs={"database": database})
        def built():
            after(stops())

        return built

    result = run(interrupted, on_threads, {"threads": 2})
    assert (result.run.status.value, closed) == ("CANCELED", ["database"])


def test_config_of_an_executor_is_checked_with_its_path():
    with pytest.raises(InvalidConfigError, match=r"execution:config:threads") as caught:
        run(wide, on_threads, {"threads": "many"})
    assert "many" in str(caught.value)
    with pytest.raises(InvalidConfigError, match=r"execution:config:treads"):
        run(wide, on_threads, {"treads": 3})


def test_executor_that_ends_early_fails_the_run_and_names_the_steps():
    class Lazy(LastFirst):
        def execute(self, plan_context, execution_plan):
            active = execution_plan.start()
            with pytest.raises(InvariantViolationError, match="outside of `with`"):
                active.get_steps_to_execute()
            yield from ()

    result = run(wide, executor(lambda _: Lazy()))
    assert result.run.status.value == "FAILURE"
    assert "'one0', 'one1', 'one2', 'one3', 'add'" in result.run.failure.message


@pytest.mark.parametrize(
    ("execute", "expected"),
    [
        (lambda self, context, plan: iter([3]), "yielded 3"),
        (lambda self, context, plan: 1 / 0, "division by zero"),
        (lambda self, context, plan: [context.execute_step(plan.steps[0])], "before the plan was started"),
        (lambda self, context, plan: [plan.start(), plan.start()], "started twice"),
        (lambda self, context, plan: [plan.start(tag_concurrency_limits=[{"key": "a", "limit": 0}])], "limit is 0"),
        (lambda self, context, plan: [plan.get_step_by_key("onee")], "there is no step 'onee'"),
    ],
)
def test_what_executors_do_wrong_fails_the_run(execute, expected):
    made = type("Wrong", (LastFirst,), {"execute": execute})
    result = run(wide, executor(lambda _: made()))
    assert result.run.status.value == "FAILURE"
    assert expected in result.run.failure.render()


def test_step_is_executed_once():
    class Twice(LastFirst):
        def execute(self, plan_context, execution_plan):
            with execution_plan.start() as active:
                [step, *_] = active.get_steps_to_execute(limit=1)
                yield from plan_context.execute_step(step)
                yield from plan_context.execute_step(step)

    result = run(wide, executor(lambda _: Twice()))
    assert "'one0' was not taken, or was executed already" in result.run.failure.message


def test_functions_that_make_no_executor_are_refused_before_the_run():
    with pytest.raises(InvariantViolationError, match="gave 3"):
        run(wide, executor(lambda _: 3))
    with pytest.raises(UserCodeError, match="raised ZeroDivisionError"):
        run(wide, executor(lambda _: 1 / 0))
    with pytest.raises(InvalidDefinitionError, match="retries is 'never'"):
        run(wide, executor(lambda _: InProcessExecutor(retries="never")))


def test_an_executor_may_be_given_as_it_is():
    @op
    def one():
        return 1

    @job(executor_def=LastFirst())
    def made():
        one()

    assert made.executor_def(None).retries is RetryMode.ENABLED
    assert run(lambda: made, None).output_for_node("one") == 1


def test_executor_that_calls_that_of_its_class():
    class Counting(InProcessExecutor):
        def execute(self, plan_context, execution_plan):
            said.append(f"{plan_context.job_name} {len(execution_plan.step_keys_to_execute)}")
            yield from super().execute(plan_context, execution_plan)

    said.clear()
    result = run(wide, executor(lambda _: Counting()))
    assert (result.output_for_node("add"), said[0]) == (4, "made 5")


def retried():
    @op(retry_policy=RetryPolicy(max_retries=3))
    def flaky(context):
        if context.retry_number == 0:
            raise ValueError("once")
        return context.retry_number

    @op
    def asks(context):
        if context.retry_number == 0:
            raise RetryRequested(max_retries=3)

    @job
    def made():
        flaky()
        asks()

    return made


def test_retries_can_be_disabled():
    config = {"retries": {"disabled": {}}}
    result = run(retried, in_process_executor, config)
    assert result.get_failed_step_keys() == {"flaky", "asks"}
    assert run(retried, in_process_executor, {}).success
    assert run(retried, multi_or_in_process_executor, {"in_process": config}).get_failed_step_keys()
    disabled = type("Never", (LastFirst,), {"retries": RetryMode.DISABLED})
    assert run(retried, executor(lambda _: disabled())).get_failed_step_keys() == {"flaky", "asks"}


def half_failing():
    @op(out={"first": Out(), "second": Out()})
    def half():
        yield Output(1, "first")
        raise ValueError("second")

    @op
    def reads(one):
        return one + 1

    @job
    def made():
        first, second = half()
        reads.alias("of_first")(first)
        reads.alias("of_second")(second)

    return made


def test_what_a_failing_step_has_made_is_enough_where_success_is_not_required():
    config = {"step_dependency_config": {"require_upstream_step_success": False}}
    result = run(half_failing, in_process_executor, config)
    assert (result.output_for_node("of_first"), result.is_node_untouched("of_second")) == (2, True)
    strict = run(half_failing, in_process_executor, {})
    assert (strict.is_node_untouched("of_first"), strict.success, result.success) == (True, False, False)


def test_labels_limit_how_many_steps_go_at_once():
    most = [0, 0]
    lock = threading.Lock()
    reached = threading.Event()

    class Limited(OnThreads):
        tag_concurrency_limits = ({"key": "database", "value": {"applyLimitPerUniqueValue": True}, "limit": 1},)

    def labelled():
        @op(tags={"database": "small"})
        def loads():
            with lock:
                most[0] += 1
                most[1] = max(most)
            reached.wait(0.05)
            with lock:
                most[0] -= 1

        @job
        def made():
            for number in range(5):
                loads.alias(f"loads{number}")()

        return made

    result = run(labelled, executor(lambda _: Limited(4)))
    assert (result.success, most) == (True, [0, 1])


def test_memory_is_no_place_for_values_of_other_processes():
    def forgetful():
        @op
        def one():
            return 1

        @job(resource_defs={"io_manager": mem_io_manager})
        def made():
            one()

        return made

    with (
        instance_for_test() as instance,
        pytest.raises(UnmetExecutorRequirementsError, match="kept in the memory of one of them"),
    ):
        run(forgetful, multiprocess_executor, instance=instance)
    assert run(forgetful, in_process_executor).success


def test_built_in_executors_keep_what_they_are_given():
    made = MultiprocessExecutor(RetryMode.DISABLED, 3, [{"key": "a", "limit": 1}], "forkserver", ["numpy"])
    assert (made.retries.disabled, made.max_concurrent, made.start_method) == (True, 3, "forkserver")
    assert made.step_dependency_config == StepDependencyConfig.default()
    with pytest.raises(InvalidDefinitionError, match="start_method is 'fork'"):
        MultiprocessExecutor(start_method="fork")
    assert RetryMode.ENABLED.for_inner_plan() is RetryMode.DEFERRED
