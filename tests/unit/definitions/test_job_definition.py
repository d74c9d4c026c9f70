"""Jobs: what they are made of, what they need, and parts of them."""

from __future__ import annotations

import pytest

from daglab.definitions.config.run_config import RunConfig
from daglab.definitions.executors import in_process_executor, multi_or_in_process_executor
from daglab.definitions.graph_decorator import graph
from daglab.definitions.hooks import failure_hook, success_hook
from daglab.definitions.job_decorator import job
from daglab.definitions.nodes import In, Out
from daglab.definitions.op_decorator import op
from daglab.definitions.partitions.dynamic import DynamicPartitionsDefinition
from daglab.definitions.partitions.partitioned_config import static_partitioned_config
from daglab.definitions.retries import RetryPolicy
from daglab.errors import InvalidDefinitionError, InvalidInvocationError, InvalidSubsetError, UnknownPartitionError


class Custom: ...


@op
def load() -> int:
    return 1


@op
def clean(x):
    return x


@op
def report(x: Custom): ...


@op(required_resource_keys={"db"}, out=Out(io_manager_key="lake"))
def store(): ...


def test_tags_of_the_job_and_of_its_runs():
    @job(tags={"a": 1}, metadata={"rows": 3}, owners=["team:data"])
    def plain():
        """Words."""
        load()

    @job(tags={"a": 1}, run_tags={"b": "c"})
    def both():
        load()

    assert (plain.tags, plain.run_tags, plain.description) == ({"a": "1"}, {"a": "1"}, "Words.")
    assert (both.tags, both.run_tags) == ({"a": "1"}, {"b": "c"})
    assert (plain.metadata["rows"].value, plain.owners, plain.__name__) == (3, ["team:data"], "plain")


def test_a_job_of_a_graph_takes_its_name_tags_and_description():
    @graph(tags={"g": "1"})
    def nightly():
        """Words."""
        load()

    assert (nightly.to_job().name, nightly.to_job().description) == ("nightly", "Words.")
    assert nightly.to_job(name="other", tags={"t": "2"}).tags == {"g": "1", "t": "2"}
    assert nightly.alias("third").tag({"t": "3"}).to_job().name == "third"


def test_config_in_each_form():
    config = {"ops": {"load": {"config": {"rows": 3}}}}

    def body():
        load()

    assert job(config=config)(body).run_config == config
    assert job(config=RunConfig(ops=config["ops"]))(body).run_config["ops"] == config["ops"]
    assert job(body).run_config == {}
    with pytest.raises(InvalidDefinitionError, match="config"):
        job(config=5)(body)


def test_executor_and_loggers():
    def body():
        load()

    assert (job(body).executor_def, job(body).has_specified_executor) == (multi_or_in_process_executor, False)
    made = job(executor_def=in_process_executor)(body)
    assert (made.executor_def, made.has_specified_executor) == (in_process_executor, True)
    assert list(made.loggers) == ["console"]


def test_missing_resources_are_all_listed_once_some_are_given():
    def body():
        store()

    assert job(body).is_missing_required_resources()
    assert job(body).required_resource_keys == {"db", "lake"}
    with pytest.raises(InvalidDefinitionError, match=r"'db'.*'lake'"):
        job(resource_defs={"other": 1})(body)
    complete = job(resource_defs={"db": 1, "lake": 2})(body)
    assert (complete.resource_defs, complete.is_missing_required_resources()) == ({"db": 1, "lake": 2}, False)


def test_hooks_and_nested_ops_need_their_resources():
    @success_hook(required_resource_keys={"slack"})
    def tell(context): ...

    @graph
    def inner():
        store.with_hooks({tell})()

    @job
    def outer():
        inner()

    assert outer.required_resource_keys == {"db", "lake", "slack"}
    assert outer.with_top_level_resources({"db": 1, "lake": 2, "slack": 3}).resource_defs.keys() == {
        "db",
        "lake",
        "slack",
    }


def test_executing_without_a_needed_resource_is_refused():
    @job
    def outer():
        store()

    with pytest.raises(InvalidDefinitionError, match="db"):
        outer.execute_in_process()


def test_an_input_that_nothing_can_be_given_to():
    @graph
    def inner():
        report()

    with pytest.raises(InvalidDefinitionError, match=r"inner\.report"):
        graph(name="x")(lambda: inner()).to_job()


def test_inputs_that_can_be_left_open():
    @op(ins={"x": In(Custom, default_value=None), "y": In(Custom, input_manager_key="m")})
    def lenient(x, y): ...

    @job
    def open_inputs():
        clean()
        lenient()

    assert list(open_inputs.node_dict) == ["clean", "lenient"]


def test_input_values_are_for_inputs_that_there_are():
    @job(input_values={"x": Custom()})
    def takes(x):
        report(x)

    assert list(takes.input_values) == ["x"]
    with pytest.raises(InvalidDefinitionError, match="'y'"):
        takes.replaced(input_values={"y": 1})


def test_a_job_returns_nothing():
    def body():
        return load()

    with pytest.raises(InvalidDefinitionError, match="returns"):
        job(body)


@pytest.mark.parametrize(
    "arguments",
    [
        {"hooks": {3}},
        {"name": "input"},
        {"executor_def": 3},
        {"resource_defs": {"a b": 1}},
        {"input_values": 3},
        {"owners": ["x"]},
        {"tags": {"a": object()}},
    ],
)
def test_arguments_that_cannot_be(arguments):
    def body():
        load()

    with pytest.raises(InvalidDefinitionError):
        job(**arguments)(body)


def test_the_nearest_retry_policy_and_all_hooks_hold():
    of_job, of_graph, of_use, of_op = (RetryPolicy(max_retries=n) for n in range(1, 5))

    @failure_hook
    def tell(context): ...

    @success_hook
    def cheer(context): ...

    @op(retry_policy=of_op)
    def careful(): ...

    @graph
    def inner():
        load()
        careful()
        load.with_retry_policy(of_use).with_hooks({cheer}).alias("again")()

    @job(op_retry_policy=of_job, hooks={tell})
    def outer():
        load()
        inner.with_retry_policy(of_graph)()

    assert outer.retry_policy_for(["load"]) == of_job
    assert outer.retry_policy_for(["inner", "load"]) == of_graph
    assert outer.retry_policy_for(["inner", "careful"]) == of_op
    assert outer.retry_policy_for(["inner", "again"]) == of_use
    assert outer.hooks_for(["inner", "again"]) == {tell, cheer}
    assert outer.with_hooks({cheer}).hook_defs == {tell, cheer}


def test_a_part_of_a_job():
    @job(config={"ops": {"load": {"config": 1}}})
    def whole():
        clean(load())

    part = whole.get_subset(op_selection=["load"])
    assert (list(part.node_dict), part.name, part.is_subset, part.parent_job) == (["load"], "whole", True, whole)
    assert part.resolved_op_selection == {"load"}
    assert whole.get_subset() is whole
    with pytest.raises(InvalidSubsetError, match="'laod'"):
        whole.get_subset(op_selection=["laod"])
    with pytest.raises(InvalidInvocationError):
        whole.get_subset(op_selection=["load"], asset_selection=["a"])


def test_a_part_that_lacks_its_input_is_refused():
    @op
    def make() -> Custom: ...

    @job
    def whole():
        report(make())

    with pytest.raises(InvalidSubsetError, match="report"):
        whole.get_subset(op_selection=["report"])


def test_partition_that_is_not_there_is_refused_before_its_config_is_made() -> None:
    asked = []

    @static_partitioned_config(partition_keys=["nörd", "süd"])
    def by_region(key: str) -> dict[str, object]:
        asked.append(key)
        return {}

    @job(config=by_region)
    def regional() -> None:
        pass

    regional.validate_partition_key("süd")
    with pytest.raises(UnknownPartitionError, match="'west'"):
        regional.validate_partition_key("west")
    with pytest.raises(UnknownPartitionError, match="'west'"):
        regional.execute_in_process(partition_key="west")
    assert asked == []


def test_job_without_partitions_refuses_a_partition() -> None:
    @job
    def whole() -> None:
        pass

    with pytest.raises(InvalidInvocationError, match="'whole' has no partitions"):
        whole.execute_in_process(partition_key="2024-01-01")


def test_dynamic_partitions_are_looked_up_in_the_store_that_is_given() -> None:
    class Store:
        def get_dynamic_partitions(self, partitions_def_name: str) -> list[str]:
            return ["a"]

        def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
            return partition_key == "a"

    @op
    def one() -> None:
        pass

    @graph
    def parts() -> None:
        one()

    growing = parts.to_job(partitions_def=DynamicPartitionsDefinition(name="files"))
    growing.validate_partition_key("a", Store())
    with pytest.raises(UnknownPartitionError, match="'b'"):
        growing.validate_partition_key("b", Store())
