"""Resources made of functions: what they are given, what they refuse, what they leave behind."""

from __future__ import annotations

from typing import Any

import pytest

from daglab.definitions.config.schema_types import Field
from daglab.definitions.resources.build_init_context import build_init_resource_context
from daglab.definitions.resources.building import build_resources
from daglab.definitions.resources.resource_decorator import resource
from daglab.definitions.resources.resource_definition import ResourceDefinition, make_values_resource
from daglab.errors import (
    InvalidConfigError,
    InvalidDefinitionError,
    InvalidInvocationError,
    InvariantViolationError,
    ResourceFunctionError,
    UnknownResourceError,
)


@resource(config_schema={"a": int, "b": Field(str, default_value="x")})
def configurable(context: Any) -> Any:
    """Gives its config."""
    return context.resource_config


@resource(required_resource_keys={"base"})
def dependent(context: Any) -> int:
    return context.resources.base + 1


@resource
def yielding() -> Any:
    yield 4


def opened(resources: dict[str, Any], **config: Any) -> dict[str, Any]:
    with build_resources(resources, **config) as found:
        return dict(found.original_resource_dict)


def test_config_is_checked_and_defaults_are_filled_in() -> None:
    assert configurable(build_init_resource_context(config={"a": 1})) == {"a": 1, "b": "x"}
    given = {"r": {"config": {"a": 2, "b": "é"}}}
    assert opened({"r": configurable}, resource_config=given) == {"r": {"a": 2, "b": "é"}}


def test_without_schema_any_config_goes_and_none_is_needed() -> None:
    free = resource(lambda context: context.resource_config)
    assert opened({"r": free}) == {"r": None}
    assert opened({"r": free}, resource_config={"r": {"config": [1]}}) == {"r": [1]}


@pytest.mark.parametrize(
    "config", [{}, {"r": {"config": {"a": "1"}}}, {"r": {"config": {"a": 1, "z": 2}}}, {"q": {"config": {}}}, {"r": 3}]
)
def test_config_that_does_not_fit_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfigError):
        opened({"r": configurable}, resource_config=config)


def test_all_problems_of_all_resources_are_told_at_once() -> None:
    with pytest.raises(InvalidConfigError) as caught:
        opened({"r": configurable, "s": configurable}, resource_config={"x": {}})
    assert len(caught.value.errors) == 3


def test_name_and_docstring_are_the_functions() -> None:
    assert (configurable.__name__, configurable.description) == ("configurable", "Gives its config.")


def test_configured_fixes_the_config() -> None:
    assert configurable.configured({"a": 5})(None) == {"a": 5, "b": "x"}
    assert type(configurable.configured({"a": 5})) is ResourceDefinition


def test_configured_with_a_function_maps_config() -> None:
    mapped = configurable.configured(lambda config: {"a": config["z"] * 2}, config_schema={"z": int})
    assert opened({"r": mapped}, resource_config={"r": {"config": {"z": 3}}}) == {"r": {"a": 6, "b": "x"}}
    with pytest.raises(InvalidConfigError):
        opened({"r": mapped}, resource_config={"r": {"config": {"a": 3}}})


def test_configured_twice_maps_twice() -> None:
    inner = configurable.configured(lambda config: {"a": config["z"] * 2}, config_schema={"z": int})
    assert inner.configured({"z": 4})(None) == {"a": 8, "b": "x"}


@pytest.mark.parametrize("call", [lambda: configurable(), lambda: configurable(1, 2), lambda: configurable(cx=None)])
def test_calls_with_wrong_arguments_are_refused(call: Any) -> None:
    with pytest.raises(InvalidInvocationError):
        call()


def test_a_call_without_the_config_it_needs_is_refused() -> None:
    with pytest.raises(InvalidInvocationError, match="needs config"):
        configurable(None)
    with pytest.raises(InvalidConfigError):
        configurable(build_init_resource_context())


def test_a_function_without_context_takes_no_argument() -> None:
    plain = resource(lambda: 3)
    assert plain() == 3
    with pytest.raises(InvalidInvocationError):
        plain(None)


def test_a_call_gives_required_resources_and_refuses_to_miss_them() -> None:
    assert dependent(build_init_resource_context(resources={"base": 3})) == 4
    with pytest.raises(InvalidInvocationError):
        dependent(None)
    with pytest.raises(InvalidDefinitionError, match="base"):
        dependent(build_init_resource_context())


def test_a_generator_called_directly_gives_a_context_manager() -> None:
    with yielding() as value:
        assert value == 4


def test_generators_in_a_context_need_a_with_block() -> None:
    context = build_init_resource_context(resources={"base": yielding})
    with pytest.raises(InvariantViolationError, match="with"):
        dependent(context)
    with build_init_resource_context(resources={"base": yielding}) as entered:
        assert dependent(entered) == 5


def test_ready_made_resources() -> None:
    assert ResourceDefinition.hardcoded_resource([1])(None) == [1]
    assert ResourceDefinition.none_resource()(None) is None
    assert ResourceDefinition.mock_resource()(None).anything(1).at.all is not None
    text = {"r": {"config": "hi"}}
    assert opened({"r": ResourceDefinition.string_resource()}, resource_config=text) == {"r": "hi"}
    assert make_values_resource(a=int)(build_init_resource_context(config={"a": 1})) == {"a": 1}


def test_functions_with_more_than_a_context_are_refused() -> None:
    with pytest.raises(InvalidDefinitionError, match="other"):
        resource(lambda context, other: 1)
    assert resource(lambda context, other=3: other)(None) == 3


def test_the_context_knows_what_is_opened() -> None:
    itself = resource(lambda context: context.resource_def)
    assert itself(None) is itself
    with pytest.raises(InvariantViolationError):
        _ = build_init_resource_context().resource_def
    assert build_init_resource_context(config={"a": 1}).replace_config({"b": 2}).resource_config == {"b": 2}
    assert build_init_resource_context().run_id is None


def test_unknown_attributes_name_the_nearest_resource() -> None:
    with build_resources({"database": 1}) as resources, pytest.raises(UnknownResourceError, match="database"):
        _ = resources.databse


def test_errors_name_the_resource_and_carry_the_users_error() -> None:
    failing = resource(lambda: 1 / 0)
    with pytest.raises(ResourceFunctionError, match="'r'") as caught:
        opened({"r": failing})
    assert isinstance(caught.value.user_exception, ZeroDivisionError)
