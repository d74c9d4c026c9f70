from __future__ import annotations

from typing import Any

import pytest

from daglab.definitions.config.config import Config
from daglab.definitions.config.config_mapping import ConfigMapping, config_mapping
from daglab.definitions.config.config_schema import ConfigSchema
from daglab.definitions.config.configured import configured
from daglab.definitions.config.configured_schema import ConfiguredSchema
from daglab.definitions.config.enums import Enum, EnumValue
from daglab.definitions.config.schema_types import Field
from daglab.errors import ConfigMappingError, InvalidConfigDefinitionError, InvalidConfigError, InvalidDefinitionError


class Named:
    """What ops and graphs do, as far as `configured` is concerned."""

    def __init__(self, name: str, schema: ConfigSchema | None) -> None:
        self.name, self.schema = name, schema

    def configured(
        self, config_or_config_fn: Any, name: str, config_schema: Any = None, description: str | None = None
    ) -> Named:
        return Named(name, ConfiguredSchema.over(self.schema, config_or_config_fn, config_schema))


INNER = Named("inner", ConfigSchema.of({"n": int}))


def process(made: Any, *value: object) -> object:
    return made.schema.process(*value).or_raise("it")


def test_config_given_once_and_for_all() -> None:
    made = configured(INNER, name="fixed")({"n": 3})
    assert (made.name, process(made), process(made, {"n": 4})) == ("fixed", {"n": 3}, {"n": 3})


def test_function_of_other_config() -> None:
    @configured(INNER, {"text": str})
    def by_length(config: Any) -> Any:
        return {"n": len(config["text"])}

    assert (by_length.name, process(by_length, {"text": "abc"})) == ("by_length", {"n": 3})
    with pytest.raises(InvalidConfigError, match="text: is missing"):
        process(by_length, {})


class Outer(Config):
    text: str


class Inner(Config):
    n: int


def test_function_of_a_config_class() -> None:
    @configured(Named("inner", ConfigSchema.of(Inner)))
    def by_length(config: Outer) -> Inner:
        return Inner(n=len(config.text))

    assert process(by_length, {"text": "abc"}) == Inner(n=3)


def test_twice() -> None:
    once = configured(INNER, int)(lambda n: {"n": n})
    twice = configured(once, str, name="twice")(lambda text: len(text))
    assert process(twice, "abcd") == {"n": 4}


def test_what_the_function_gives_has_to_fit() -> None:
    with pytest.raises(InvalidConfigError, match="n: expected an integer, got 'x'"):
        process(configured(INNER, name="bad")({"n": "x"}))


def test_function_that_raises() -> None:
    with pytest.raises(ConfigMappingError, match="ZeroDivisionError") as info:
        process(configured(INNER, int)(lambda n: 1 / 0), 1)
    assert isinstance(info.value.user_exception, ZeroDivisionError)


@pytest.mark.parametrize(
    "make",
    [
        lambda: configured(3),
        lambda: configured(INNER)({"n": 3}),
        lambda: configured(INNER)(lambda a, b: a),
        lambda: configured(INNER, int)(_of_outer),
    ],
)
def test_what_cannot_be_configured(make: Any) -> None:
    with pytest.raises(InvalidDefinitionError):
        make()


def _of_outer(config: Outer) -> Any:
    return config


def test_bad_schema() -> None:
    with pytest.raises(InvalidConfigDefinitionError):
        configured(INNER, config_schema=3)(lambda config: config)


def test_config_mapping_forms() -> None:
    @config_mapping(config_schema={"n": int})
    def with_schema(config: Any) -> Any:
        return {"a": {"config": config["n"]}}

    @config_mapping
    def with_class(config: Inner) -> Any:
        return {"a": {"config": config.n}}

    for mapping in (with_schema, with_class):
        assert mapping.resolve_from_unvalidated_config({"n": 2}) == {"a": {"config": 2}}
        with pytest.raises(InvalidConfigError):
            mapping.resolve_from_unvalidated_config({"n": "2"})
    with pytest.raises(InvalidDefinitionError):
        config_mapping(lambda a, b: a)


@pytest.mark.parametrize(("processed", "mode"), [(None, 1), (True, 1), (False, "FAST")])
def test_config_mapping_gets_processed_values_or_names(processed: bool | None, mode: object) -> None:
    schema = {"mode": Enum("Mode", [EnumValue("FAST", 1)]), "n": Field(int, default_value=5)}
    mapping = ConfigMapping(lambda config: config, schema, receive_processed_config_values=processed)
    assert mapping.resolve_from_unvalidated_config({"mode": "FAST"}) == {"mode": mode, "n": 5}
