"""Executors, dynamic outputs, and jobs that are found again by name."""

from __future__ import annotations

import pytest

from daglab.definitions.dynamic import DynamicOutput
from daglab.definitions.executors import (
    ExecutorRequirement,
    executor,
    in_process_executor,
    multi_or_in_process_executor,
    multiprocess_executor,
)
from daglab.definitions.job_decorator import job
from daglab.definitions.op_decorator import op
from daglab.definitions.reconstructable import reconstructable
from daglab.errors import InvalidDefinitionError, InvariantViolationError


def test_built_in_executors_and_their_config():
    assert (in_process_executor.name, multiprocess_executor.name) == ("in_process", "multiprocess")
    two = multiprocess_executor.configured({"max_concurrent": 2}, name="two")
    assert (two.name, two.config_schema.process().value["max_concurrent"]) == ("two", 2)
    assert multiprocess_executor.configured({"max_concurrent": 2}).name == "multiprocess"


def test_what_executors_ask_for():
    assert ExecutorRequirement.RECONSTRUCTABLE_PIPELINE is ExecutorRequirement.RECONSTRUCTABLE_JOB
    assert ExecutorRequirement.PERSISTENT_OUTPUTS in multiprocess_executor.get_requirements({})
    assert in_process_executor.get_requirements({}) == []
    assert multi_or_in_process_executor.get_requirements({"in_process": {}}) == []


def test_executor_decorator():
    @executor
    def bare(init_context):
        return init_context

    @executor("named", {"workers": int}, [])
    def other(init_context): ...

    assert (bare.name, bare.executor_creation_fn(3), other.name) == ("bare", 3, "named")
    assert other.config_schema.process({"workers": 2}).value == {"workers": 2}


def test_dynamic_output():
    output = DynamicOutput([1], "a_1", metadata={"rows": 1})
    assert (output.value, output.mapping_key, output.output_name) == ([1], "a_1", "result")
    assert output == DynamicOutput([1], "a_1", metadata={"rows": 1})
    assert output != DynamicOutput([1], "a_2", metadata={"rows": 1})


@pytest.mark.parametrize("key", ["a.b", "a-b", "é", "", "a b", "a\n", None, 3, "context"])
def test_mapping_keys_that_cannot_be(key):
    with pytest.raises(InvalidDefinitionError):
        DynamicOutput(1, key)


@op
def one(): ...


@job
def nightly():
    one()


def make_job():
    return nightly


def make_other():
    return 3


def test_a_job_is_found_again():
    assert reconstructable(nightly).get_definition() is nightly
    assert reconstructable(make_job).get_definition() is nightly
    assert reconstructable(make_job).get_subset(op_selection=["one"]).get_definition().is_subset


def test_what_cannot_be_found_again():
    def inner(): ...

    for target in [3, lambda: nightly, inner, None]:
        with pytest.raises(InvariantViolationError):
            reconstructable(target)
    with pytest.raises(InvariantViolationError, match="no job"):
        reconstructable(make_other).get_definition()
