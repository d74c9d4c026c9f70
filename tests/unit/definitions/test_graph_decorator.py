"""The bodies of graphs: what they record, and what they refuse."""

from __future__ import annotations

import pytest

from daglab.definitions.dependencies import Collect, FanIn, FromGraphInput, FromNode, InputMapping, OutputMapping
from daglab.definitions.graph_decorator import graph
from daglab.definitions.nodes import DynamicOut, GraphIn, GraphOut, In, Out
from daglab.definitions.op_decorator import op
from daglab.definitions.retries import RetryPolicy
from daglab.definitions.types.nothing import Nothing
from daglab.errors import InvalidDefinitionError, InvalidInvocationError, InvariantViolationError


@op
def one() -> int:
    return 1


@op
def double(x: int):
    return 2 * x


@op
def anything(x):
    return x


@op(out={"left": Out(), "right": Out()})
def pair():
    return 1, 2


@op(out=DynamicOut(int))
def split(): ...


@op(ins={"after": In(Nothing)})
def last(): ...


def test_names_aliases_and_edges():
    @graph
    def body():
        x = one()
        double(x)
        double(x=one.alias("uno")())
        double(x)

    assert list(body.node_dict) == ["one", "double", "uno", "double_2", "double_3"]
    assert body.dependencies["double_2"] == {"x": FromNode("uno", "result")}


def test_what_is_said_of_one_use():
    policy = RetryPolicy(max_retries=3)

    @graph
    def body():
        one.tag({"a": 1}).alias("uno").tag({"b": "c"}).with_retry_policy(policy)()

    node = body.node_dict["uno"]
    assert (node.tags, node.retry_policy, node.definition) == ({"a": "1", "b": "c"}, policy, one)


def test_several_outputs_by_name_and_by_position():
    @graph
    def body():
        both = pair()
        double(both.left)
        _left, right = pair()
        double(right)

    assert body.dependencies["double"]["x"] == FromNode("pair", "left")
    assert body.dependencies["double_2"]["x"] == FromNode("pair_2", "right")


def test_lists_of_outputs_and_of_inputs_of_the_graph():
    @graph
    def body(y):
        anything([one(), y, one()])
        last([one(), one()])

    assert body.dependencies["anything"] == {
        "x": FanIn((FromNode("one"), FromGraphInput("y"), FromNode("one_2"))),
    }
    assert body.input_mappings == (InputMapping("y", "anything", "x", 1),)
    assert body.dependencies["last"] == {"after": FanIn((FromNode("one_3"), FromNode("one_4")))}


def test_the_one_input_that_is_no_parameter_can_be_given_by_position():
    @op(ins={"before": In(Nothing), "after": In(Nothing)})
    def two_waits(): ...

    @graph
    def body():
        last(one())

    assert body.dependencies["last"] == {"after": FromNode("one")}
    with pytest.raises(InvalidDefinitionError, match="position"):
        graph(name="other")(lambda: two_waits(one(), one()))


def test_dynamic_outputs_are_mapped_and_collected():
    @graph
    def body():
        mapped = split().map(double).map(anything)
        anything.alias("all")(mapped.collect())

    assert body.dependencies == {
        "split": {},
        "double": {"x": FromNode("split")},
        "anything": {"x": FromNode("double")},
        "all": {"x": Collect(FromNode("anything"))},
    }
    origins = {name: body.dynamic_origin(name) for name in body.node_dict}
    assert origins == {"split": None, "double": FromNode("split"), "anything": FromNode("split"), "all": None}


def test_a_graph_that_returns_a_dynamic_output_is_dynamic():
    @graph
    def inner():
        return split()

    @graph
    def mapped():
        return inner().map(double)

    assert (inner.outs["result"].is_dynamic, mapped.outs["result"].is_dynamic) == (True, True)


def _twice(x):
    return anything(split().map(lambda _: x))


def _nested():
    split().map(lambda x: anything.alias("a")(x))
    other = split()
    split.alias("third")().map(lambda x: other.map(lambda y: two_inputs(x, y)))


@op
def two_inputs(x, y): ...


def _collect_and_map():
    values = split()
    values.map(lambda x: two_inputs(x, values.collect()))


def _list_of_mapped():
    split().map(lambda x: anything([double(x)]))


def _unmapped():
    double(split())


@pytest.mark.parametrize("body", [_nested, _collect_and_map, _list_of_mapped, _unmapped])
def test_dynamic_outputs_in_ways_that_cannot_be(body):
    with pytest.raises(InvalidDefinitionError, match="dynamic"):
        graph(body)


def test_inputs_and_outputs_of_the_graph():
    @graph(ins={"b": GraphIn(description="words")}, out={"p": GraphOut("first"), "q": GraphOut()})
    def body(a: int, b):
        """Says it.

        Args:
            a: from the docstring
        """
        return {"q": double(a), "p": anything(b)}

    assert body.ins == {"b": In(description="words"), "a": In(int, "from the docstring")}
    assert body.output_mappings == (
        OutputMapping("p", "anything", "result", "first"),
        OutputMapping("q", "double", "result"),
    )
    assert list(body.outs) == ["p", "q"]


def test_a_tuple_is_the_outputs_in_order():
    @graph(out={"a": GraphOut(), "b": GraphOut()})
    def body():
        return pair()

    assert [one.mapped_node_output_name for one in body.output_mappings] == ["left", "right"]


def test_graphs_in_graphs():
    @graph
    def inner(x):
        return double(x)

    @graph
    def outer():
        inner(inner(one()))

    assert [".".join(path) for path, _ in outer.walk()] == [
        "one",
        "inner",
        "inner.double",
        "inner_2",
        "inner_2.double",
    ]


def _constant():
    double(3)


def _unknown_input():
    double(y=one())


def _too_many():
    double(one(), one())


def _uncalled():
    double(one)


def _tuple():
    anything((one(),))


def _all_outputs():
    anything(pair())


def _constant_in_list():
    anything([one(), 3])


def _list_for_int():
    double([one(), one()])


def _same_alias():
    one.alias("a")()
    one.alias("a")()


def _alias_of_repeat():
    one.alias("one_2")()
    one()
    one()


def _bad_alias():
    one.alias("a b")()


def _returns_constant():
    return 5


def _returns_two_names():
    return {"result": one(), "more": one()}


def _unused_input(x):
    one()


def _takes_context(context):
    one()


def _takes_args(*args):
    one()


def _other_one():
    one()
    op(name="one")(lambda: 1)()


@pytest.mark.parametrize(
    "body",
    [
        _constant,
        _unknown_input,
        _too_many,
        _uncalled,
        _tuple,
        _all_outputs,
        _constant_in_list,
        _list_for_int,
        _same_alias,
        _alias_of_repeat,
        _bad_alias,
        _returns_constant,
        _returns_two_names,
        _unused_input,
        _takes_context,
        _takes_args,
        _other_one,
    ],
)
def test_bodies_that_are_no_graph(body):
    with pytest.raises(InvalidDefinitionError):
        graph(body)


def test_an_input_given_twice():
    def body():
        double(one(), x=one())

    with pytest.raises(InvalidInvocationError):
        graph(body)


@pytest.mark.parametrize(
    "use", [list, lambda x: x[0], lambda x: x.alias("a"), lambda x: x.tag({}), lambda x: x.with_hooks(set())]
)
def test_outputs_have_no_value_yet(use):
    def body():
        use(one())

    with pytest.raises(InvariantViolationError, match="one"):
        graph(body)


def test_a_declared_output_must_be_returned():
    def body():
        one()

    with pytest.raises(InvalidDefinitionError, match="result"):
        graph(out=GraphOut())(body)


def test_calling_a_graph_outside_of_one():
    @graph
    def body():
        one()

    with pytest.raises(InvariantViolationError, match="body"):
        body()


def test_what_is_named_but_not_called_is_warned_of():
    def body():
        one.alias("uno").tag({"a": "b"})

    with pytest.warns(UserWarning, match="uno"):
        graph(body)


def test_after_an_error_in_a_body_nothing_is_being_composed():
    def body():
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        graph(body)
    with pytest.raises(InvariantViolationError):
        graph(name="fine")(lambda: one())()


def test_wide_long_and_deep_graphs():
    @graph
    def wide():
        x = one()
        for _ in range(3000):
            x = anything(x)
        anything.alias("all")([x] * 1 + [one() for _ in range(3000)])

    inner = anything
    for depth in range(300):
        inner = _around(inner, depth)

    @graph
    def deep():
        inner(one())

    assert len(wide.node_dict) == 6002
    assert len(list(deep.walk())) == 302
    assert deep.to_job().name == "deep"


def _around(inside, depth):
    @graph(name=f"level_{depth}")
    def level(x):
        return inside(x)

    return level
