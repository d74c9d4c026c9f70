"""Config classes and resources as arguments of a direct call."""

from __future__ import annotations

import pytest

from daglab.definitions.config.config import Config
from daglab.definitions.invocation.direct_contexts import build_op_context
from daglab.definitions.op_decorator import op
from daglab.definitions.resources.annotations import ResourceParam
from daglab.definitions.resources.configurable_resource import ConfigurableResource
from daglab.definitions.resources.resource_decorator import resource
from daglab.errors import InvalidConfigError, InvalidDefinitionError, InvalidInvocationError, InvariantViolationError


class Limit(Config):
    rows: int
    unit: str = "kg"


class Client(ConfigurableResource):
    address: str = "local"


@op
def limited(context, x: int, config: Limit):
    return x, config, context.op_config


WANTED = (4, Limit(rows=1), {"rows": 1, "unit": "kg"})


def test_config_as_argument_or_in_the_context():
    assert limited(None, 4, Limit(rows=1)) == WANTED
    assert limited(None, 4, config=Limit(rows=1)) == WANTED
    assert limited(None, 4, config={"rows": 1}) == WANTED
    assert limited(None, 4, {"rows": 1}) == WANTED
    assert limited(build_op_context(op_config={"rows": 1}), 4) == WANTED
    assert limited(build_op_context(op_config=Limit(rows=1)), 4) == WANTED


def test_config_in_two_places():
    with pytest.raises(InvalidInvocationError, match="config"):
        limited(build_op_context(op_config={"rows": 1}), 4, Limit(rows=2))


@pytest.mark.parametrize("config", [None, {}, {"rows": "many"}, {"row": 1}])
def test_config_that_does_not_fit(config):
    with pytest.raises(InvalidConfigError):
        limited(None, 4, config=config)


def test_config_without_a_context():
    @op
    def give(config: Limit):
        return config.rows

    assert give(Limit(rows=2)) == give({"rows": 2}) == give(build_op_context(op_config={"rows": 2})) == 2


def test_plain_config():
    @op
    def give(config: int):
        return config

    assert give(4) == give(config=4) == 4
    with pytest.raises(InvalidConfigError):
        give("four")


@op
def asks(context, x, client: Client):
    return x, client.address, context.resources.client is client


def test_resource_as_argument_or_in_the_context():
    wanted = (1, "there", True)
    assert asks(None, 1, Client(address="there")) == wanted
    assert asks(None, 1, client=Client(address="there")) == wanted
    assert asks(None, client=Client(address="there"), x=1) == wanted
    assert asks(build_op_context(resources={"client": Client(address="there"), "other": 3}), 1) == wanted


def test_resource_in_two_places():
    with pytest.raises(InvalidInvocationError, match="resources"):
        asks(build_op_context(resources={"client": Client()}), 1, Client())


def test_resource_that_is_missing():
    @op
    def give(client: Client):
        return client

    for call in (lambda: asks(None, 1), lambda: give(), lambda: give(build_op_context(resources={"clien": 1}))):
        with pytest.raises(InvalidDefinitionError, match="client"):
            call()


def test_plain_object_as_resource():
    @op
    def give(name: ResourceParam[str]):
        return name

    assert give("q") == give(name="q") == give(build_op_context(resources={"name": "q"})) == "q"


@op(required_resource_keys={"rows"})
def rows(context):
    return context.resources.rows


def test_resource_with_config():
    @resource(config_schema={"q": int})
    def number(init_context):
        return init_context.resource_config["q"]

    config = {"rows": {"config": {"q": 3}}}
    assert rows(build_op_context(resources={"rows": number}, resources_config=config)) == 3
    with pytest.raises(InvalidConfigError):
        build_op_context(resources={"rows": number})


def test_resource_that_is_closed():
    closed = []

    @resource
    def number(_):
        yield 8
        closed.append(True)

    with pytest.raises(InvariantViolationError, match="with"):
        rows(build_op_context(resources={"rows": number}))
    closed.clear()
    with build_op_context(resources={"rows": number}) as context:
        assert (rows(context), rows(context), context.resources.rows, closed) == (8, 8, 8, [])
    assert closed == [True]


def test_resource_argument_is_closed_after_the_call():
    closed = []

    class Scoped(ConfigurableResource):
        def teardown_after_execution(self, context):
            closed.append(True)

    @op
    def use(scoped: Scoped):
        return list(closed)

    assert use(Scoped()) == []
    assert closed == [True]
