"""`@op`: what a signature says, and what is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from daglab.definitions.dynamic import DynamicOutput
from daglab.definitions.nodes import DynamicOut, In, Out
from daglab.definitions.op_decorator import op
from daglab.definitions.op_definition import OpDefinition
from daglab.definitions.results import Output
from daglab.definitions.retries import RetryPolicy
from daglab.definitions.sentinel import NO_VALUE
from daglab.definitions.types.nothing import Nothing
from daglab.errors import InvalidDefinitionError, InvariantViolationError


def test_bare_and_called_decorator_say_the_same():
    def double(x: int = 2) -> int:
        """Doubles."""
        return 2 * x

    bare, called = op(double), op()(double)
    assert (bare.name, bare.description, bare.ins, bare.outs) == (
        called.name,
        called.description,
        called.ins,
        called.outs,
    )
    assert bare.ins == {"x": In(int, default_value=2)}
    assert bare.outs == {"result": Out(int)}


def test_every_argument_is_kept():
    policy = RetryPolicy(max_retries=2)

    @op(
        name="other",
        description="Words.",
        tags={"limits": {"cpu": 2}},
        required_resource_keys={"db"},
        code_version="7",
        retry_policy=policy,
        pool="small",
    )
    def something(context): ...

    assert (something.name, something.description, something.tags) == ("other", "Words.", {"limits": '{"cpu": 2}'})
    assert something.required_resource_keys == {"db"}
    assert (something.version, something.outs["result"].code_version) == ("7", "7")
    assert (something.retry_policy, something.pool, something.ins) == (policy, "small", {})
    assert (something.__name__, something.__wrapped__.__name__) == ("something", "something")


def test_annotations_as_text_of_a_local_class_are_resolved():
    class Row: ...

    @op
    def clean(row: Row) -> Row:
        return row

    assert (clean.ins["row"].given_type, clean.outs["result"].given_type) == (Row, Row)


def test_an_annotation_that_names_nothing_means_anything():
    @op
    def clean(row: Missing) -> Missing:  # noqa: F821
        return row

    assert (clean.ins["row"].given_type, clean.outs["result"].given_type) == (NO_VALUE, NO_VALUE)


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (None, Nothing),
        (int, int),
        (Output[int], int),
        (Output, NO_VALUE),
        (Iterator[int], NO_VALUE),
        (int | None, int | None),
        (Any, Any),
    ],
)
def test_type_of_the_output(annotation, expected):
    def make(): ...

    make.__annotations__["return"] = annotation
    assert op(make).outs == {"result": Out(expected)}


def test_a_list_of_dynamic_outputs_is_a_dynamic_output():
    @op
    def split() -> list[DynamicOutput[int]]:
        return []

    assert split.outs == {"result": DynamicOut(int)}


def test_one_dynamic_output_is_refused():
    def split() -> DynamicOutput[int]: ...

    with pytest.raises(InvariantViolationError, match="DynamicOutput"):
        op(split)


def test_generators_say_nothing_of_their_outputs():
    def one() -> Iterator[int]:
        yield 1

    async def two() -> AsyncIterator[int]:
        yield 1

    assert op(one).outs == op(two).outs == {"result": Out()}


def test_outputs_by_name_take_their_types_from_the_tuple():
    @op(out={"count": Out(description="how many"), "name": Out(is_required=False)})
    def both() -> tuple[int, Output[str]]:
        return 1, Output("a")

    assert both.outs == {"count": Out(int, "how many"), "name": Out(str, is_required=False)}


@pytest.mark.parametrize("annotation", [int, tuple[int], None])
def test_outputs_by_name_with_another_annotation_are_refused(annotation):
    def both(): ...

    both.__annotations__["return"] = annotation
    with pytest.raises(InvariantViolationError, match="annotat"):
        op(out={"a": Out(), "b": Out()})(both)


def test_declared_inputs_come_first_sorted_and_are_completed():
    @op(ins={"z": In(description="last"), "after": In(Nothing), "a": In(str)})
    def mix(b, a, z: int = 3):
        """Mixes.

        Args:
            b: the second
        """

    assert mix.ins == {
        "a": In(str),
        "after": In(Nothing),
        "z": In(int, "last", 3),
        "b": In(description="the second"),
    }
    assert mix.positional_inputs == ("b", "a", "z")


def test_kwargs_take_declared_inputs():
    @op(ins={"y": In(int), "x": In()})
    def mix(**inputs): ...

    assert list(mix.ins) == ["x", "y"]


def _positional(x, /): ...
def _args(*xs): ...
def _nothing(x: Nothing): ...
def _wrong_default(x: int = "a"): ...
def _no_default(x: int = None): ...  # noqa: RUF013
def _float_default(x: float = 1): ...
def _reserved(type): ...
def _late_context(x, context): ...
def _odd_context(context: int): ...
def _plain_config(config): ...


@pytest.mark.parametrize(
    "function",
    [
        _positional,
        _args,
        _nothing,
        _wrong_default,
        _no_default,
        _float_default,
        _reserved,
        _late_context,
        _odd_context,
        _plain_config,
        lambda: 1,
    ],
)
def test_parameters_that_cannot_be_are_refused(function):
    with pytest.raises(InvalidDefinitionError):
        op(function)


def _takes_x(x): ...


@pytest.mark.parametrize(
    "arguments",
    [
        {"name": "a-b"},
        {"name": "é"},
        {"name": "a\n"},
        {"name": "input"},
        {"name": "class"},
        {"ins": {"x": int}},
        {"ins": {"y": In()}},
        {"ins": {"x": In(Nothing)}},
        {"out": int},
        {"out": [Out()]},
        {"out": {"a": int}},
        {"out": {"a b": Out()}},
        {"tags": {"a": object()}},
        {"tags": {1: "a"}},
        {"pool": "two words"},
        {"pool": "a", "tags": {"dagster/concurrency_key": "b"}},
        {"retry_policy": 3},
    ],
)
def test_arguments_that_cannot_be_are_refused(arguments):
    with pytest.raises(InvalidDefinitionError):
        op(**arguments)(_takes_x)


def test_config_parameter_of_a_plain_type():
    @op
    def load(config: int = 3): ...

    assert load.ins == {}
    assert (load.config.process(5).value, load.config.default) == (5, 3)


def test_config_schema_and_config_parameter_exclude_each_other():
    def load(config: int): ...

    with pytest.raises(InvalidDefinitionError, match="config_schema"):
        op(config_schema={"rows": int})(load)


def test_op_in_the_long_form_and_replaced():
    made = OpDefinition(lambda context, inputs: inputs["x"], "same", ins={"x": In(int)}, version="2")
    assert (made.outs, made.version, made.positional_inputs) == ({"result": Out()}, "2", ("x",))
    other = made.replaced(name="other")
    assert (other.name, other.compute, other.ins) == ("other", made.compute, made.ins)


def test_configured_gives_another_op_its_config():
    @op(config_schema={"rows": int})
    def load(context): ...

    three = load.configured({"rows": 3}, name="three")
    scaled = load.configured(lambda tens: {"rows": 10 * tens}, name="scaled", config_schema=int)
    assert (three.name, three.config.process().value) == ("three", {"rows": 3})
    assert scaled.config.process(4).value == {"rows": 40}
