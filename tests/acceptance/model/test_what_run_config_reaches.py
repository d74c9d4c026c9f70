"""What run config says reaches what it is said of: ops, outputs, resources, loggers."""

from __future__ import annotations

import logging
from enum import Enum
from typing import Any

import pytest

import daglab as dl


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


ROWS = {"a": dl.Field(int, is_required=False), "b": dl.Field(int, is_required=False)}


@dl.op(config_schema=ROWS)
def show(context: dl.OpExecutionContext) -> dict[str, int]:
    return dict(context.op_config)


@dl.resource(config_schema=ROWS)
def given(context: dl.InitResourceContext) -> dict[str, int]:
    return dict(context.resource_config)


@dl.op(required_resource_keys={"one", "two"})
def held(context: dl.OpExecutionContext) -> list[Any]:
    return [context.resources.one, context.resources.two]


@dl.job(
    resource_defs={"one": given, "two": given},
    config={
        "ops": {"first": {"config": {"a": 1, "b": 2}}, "second": {"config": {"a": 3}}},
        "resources": {"one": {"config": {"a": 5}}, "two": {"config": {"a": 6}}},
    },
)
def configured() -> None:
    show.alias("first")()
    show.alias("second")()
    held()


def _seen(run_config: Any) -> list[Any]:
    result = configured.execute_in_process(run_config=run_config)
    return [result.output_for_node(name) for name in ("first", "second", "held")]


@pytest.mark.parametrize(
    ("run_config", "expected"),
    [
        ({}, [{"a": 1, "b": 2}, {"a": 3}, [{"a": 5}, {"a": 6}]]),
        ({"ops": {}}, [{"a": 1, "b": 2}, {"a": 3}, [{"a": 5}, {"a": 6}]]),
        ({"ops": {"first": {"config": {"a": 9}}}}, [{"a": 9}, {"a": 3}, [{"a": 5}, {"a": 6}]]),
        ({"resources": {"two": {"config": {"b": 7}}}}, [{"a": 1, "b": 2}, {"a": 3}, [{"a": 5}, {"b": 7}]]),
        (dl.RunConfig(ops={"second": {"config": {}}}), [{"a": 1, "b": 2}, {}, [{"a": 5}, {"a": 6}]]),
    ],
)
def test_config_of_the_job_holds_for_each_op_and_resource_that_is_not_named(run_config: Any, expected: Any) -> None:
    assert _seen(run_config) == expected


def test_config_of_an_output_reaches_its_io_manager() -> None:
    told: list[Any] = []

    class Keeper(dl.IOManager):
        def handle_output(self, context: dl.OutputContext, obj: Any) -> None:
            told.append(context.config)

        def load_input(self, context: dl.InputContext) -> Any:
            return None

    @dl.io_manager(output_config_schema={"path": str})
    def keeper(_: Any) -> Keeper:
        return Keeper()

    @dl.op
    def one() -> int:
        return 1

    @dl.job(resource_defs={"io_manager": keeper})
    def stored() -> None:
        one()

    stored.execute_in_process(run_config={"ops": {"one": {"outputs": {"result": {"path": "here"}}}}})
    assert told == [{"path": "here"}]


def test_enums_inside_lists_and_values_left_out() -> None:
    class Painting(dl.Config):
        colours: list[Colour]
        note: str | None = None

    @dl.op
    def paint(context: dl.OpExecutionContext, config: Painting) -> Any:
        return config.colours, dict(context.op_config)

    @dl.job
    def painting() -> None:
        paint()

    result = painting.execute_in_process(run_config={"ops": {"paint": {"config": {"colours": ["RED", "BLUE"]}}}})
    assert result.output_for_node("paint") == (
        [Colour.RED, Colour.BLUE],
        {"colours": ["red", "blue"], "note": None},
    )


def test_loggers_that_are_asked_for_get_what_ops_log() -> None:
    heard: list[tuple[str, str]] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append((record.levelname, record.getMessage()))

    @dl.logger(config_schema={"level": str})
    def ear(init_context: Any) -> logging.Logger:
        made = logging.Logger("ear", level=init_context.logger_config["level"])
        made.addHandler(Ear())
        return made

    @dl.op
    def talk(context: dl.OpExecutionContext) -> None:
        context.log.debug("quiet")
        context.log.warning("loud %s", "and clear")

    @dl.job(logger_defs={"ear": ear})
    def talking() -> None:
        talk()

    talking.execute_in_process()
    assert heard == []
    talking.execute_in_process(run_config={"loggers": {"ear": {"config": {"level": "INFO"}}}})
    assert heard == [("WARNING", "loud and clear")]


def test_error_keeps_the_config_that_does_not_fit() -> None:
    wrong = {"ops": {"first": {"config": {"a": "one"}}}}
    with pytest.raises(dl.DagsterInvalidConfigError) as caught:
        configured.execute_in_process(run_config=wrong)
    assert caught.value.config_value["ops"]["first"] == wrong["ops"]["first"]
    assert show.config_field is not None
    assert not show.config_field.is_required
