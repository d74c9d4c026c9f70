from __future__ import annotations

import sys
import typing

import pytest

from daglab.definitions.config.choices import Noneable, ScalarUnion, Selector
from daglab.definitions.config.config_schema import ConfigSchema
from daglab.definitions.config.enums import Enum, EnumValue
from daglab.definitions.config.env_var import EnvVar
from daglab.definitions.config.schema_types import Array, Field, Map, Permissive, Shape
from daglab.definitions.config.sources import BoolSource, IntSource, StringSource
from daglab.errors import InvalidConfigDefinitionError, InvalidConfigError


def process(schema: object, value: object) -> object:
    found = ConfigSchema.of(schema)
    assert found is not None
    return found.process(value).or_raise("it")


def problems(schema: object, value: object) -> list[str]:
    found = ConfigSchema.of(schema)
    assert found is not None
    return [str(problem) for problem in found.process(value).problems]


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (int, 3, 3),
        (float, 3, 3.0),
        (bool, False, False),
        (str, "", ""),
        (str, "naïve 世界", "naïve 世界"),
        (list, [1, "a", None], [1, "a", None]),
        (dict, {"a": {"b": []}}, {"a": {"b": []}}),
        (typing.Any, None, None),
        ([int], [], []),
        ([[str]], [["a"], []], [["a"], []]),
        ({str: int}, {"a": 1}, {"a": 1}),
        ({int: str}, {1: "a"}, {1: "a"}),
        ({"a": int}, {"a": 1}, {"a": 1}),
        ({"a": Field(int, default_value=2)}, {}, {"a": 2}),
        ({"a": Field(int, is_required=False)}, {}, {}),
        ({"a": Noneable(int)}, {}, {"a": None}),
        ({"a": {"b": {"c": Field(str, default_value="x")}}}, {}, {"a": {"b": {"c": "x"}}}),
        (Permissive({"a": int}), {"a": 1, "b": [2]}, {"a": 1, "b": [2]}),
        (Shape({"foo": int}, field_aliases={"foo": "bar"}), {"bar": 2}, {"foo": 2}),
        (Selector({"a": int, "b": str}), {"b": "x"}, {"b": "x"}),
        (Selector({"a": {"x": Field(int, default_value=2)}}), {"a": None}, {"a": {"x": 2}}),
        (Selector({"a": Field(int, default_value=2)}), {}, {"a": 2}),
        (ScalarUnion(str, {"path": str}), "x", "x"),
        (ScalarUnion(str, {"path": str}), {"path": "x"}, {"path": "x"}),
        (Array(Noneable(int)), [1, None], [1, None]),
        (Enum("E", [EnumValue("A", 1), EnumValue("B")]), "A", 1),
        (Enum("E", [EnumValue("A", 1), EnumValue("B")]), "B", "B"),
        (Map(float, str), {1: "a"}, {1: "a"}),
    ],
)
def test_value_that_fits(schema: object, value: object, expected: object) -> None:
    assert process(schema, value) == expected


@pytest.mark.parametrize(
    ("schema", "value", "problem"),
    [
        (int, "3", "root: expected an integer, got '3'"),
        (int, True, "root: expected an integer, got True"),
        (int, None, "root: expected an integer, got None"),
        (str, 3, "root: expected a string, got 3"),
        (float, "x", "root: expected a number, got 'x'"),
        (bool, 0, "root: expected True or False, got 0"),
        ([int], (1,), "root: expected a list, got (1,) (tuple)"),
        ([int], [1, "a"], "root[1]: expected an integer, got 'a'"),
        ({"a": [{"b": int}]}, {"a": [{"b": 1}, {"b": "x"}]}, "root:a[1]:b: expected an integer, got 'x'"),
        ({str: int}, {"a": "b"}, "root:a: expected an integer, got 'b'"),
        ({"a": int}, [], "root: expected a dict {a}, got []"),
        ({"a": int}, {}, "root:a: is missing: expected an integer"),
        ({"rows": Noneable(int)}, {"row": 1}, "root:row: there is no field 'row' here; did you mean 'rows'?"),
        ({"a": Noneable(int)}, {1: 1}, "root:1: there is no field 1 here; what can be set: 'a'"),
        ({}, {"a": 1}, "root:a: there is no field 'a' here; nothing can be set here"),
        (Selector({"a": int, "b": int}), {}, "root: expected a dict with exactly one of 'a', 'b', got an empty dict"),
        (
            Selector({"a": int, "b": int}),
            {"a": 1, "b": 2},
            "root: expected a dict with exactly one of 'a', 'b', got 'a', 'b'; take one of them",
        ),
        (
            Selector({"local": int, "b": int}),
            {"locl": 1},
            "root:locl: expected a dict with exactly one of 'local', 'b', got 'locl'; did you mean 'local'?",
        ),
        (Enum("E", [EnumValue("fast")]), "fats", "root: expected one of 'fast', got 'fats'; did you mean 'fast'?"),
        (StringSource, {"nope": "x"}, "root:nope: expected a dict with exactly one of 'env', got 'nope'"),
        (IntSource, {"env": 3}, "root:env: expected a string, got 3"),
        (
            Shape({"foo": int}, field_aliases={"foo": "bar"}),
            {"bar": 2, "foo": 1},
            "root:foo: is given twice, as 'foo' and as 'bar'; leave one out",
        ),
    ],
)  # fmt: skip
def test_value_that_does_not_fit(schema: object, value: object, problem: str) -> None:
    assert problems(schema, value) == [problem]


def test_env_var_object_in_plain_config() -> None:
    found = problems({"a": str, "b": IntSource}, {"a": EnvVar("X"), "b": EnvVar.int("Y")})
    assert [one.split("; ")[1] for one in found] == [
        "in run config write {'env': 'X'}",
        "in run config write {'env': 'Y'}",
    ]


def test_all_problems_are_told_at_once() -> None:
    schema = {"a": int, "b": {"c": str, "d": int}, "e": [float]}
    assert problems(schema, {"a": "x", "b": {"c": 1, "f": 2}, "e": ["y", 1, "z"]}) == [
        "root:a: expected an integer, got 'x'",
        "root:b:c: expected a string, got 1",
        "root:b:d: is missing: expected an integer",
        "root:b:f: there is no field 'f' here; what can be set: 'c', 'd'",
        "root:e[0]: expected a number, got 'y'",
        "root:e[2]: expected a number, got 'z'",
    ]


def test_error_lists_problems_and_keeps_them() -> None:
    with pytest.raises(
        InvalidConfigError, match=r"it does not fit: 2 problems\n  1\. root:a: .*\n  2\. root:b: "
    ) as info:
        process({"a": int, "b": int}, {"a": "x", "b": "y"})
    assert [error.problem.path for error in info.value.errors] == [("a",), ("b",)]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "raw",
    ["int", 5, [int, str], [], {"a": None}, {"a": object}, set, typing.Optional[int], list[int], {list: int}, {1: int},  # noqa: UP045
     Noneable, Permissive, lambda x: x, {"a": "b"}, {"a": [object]}, complex, {2: int, "a": int}],
)  # fmt: skip
def test_what_is_no_schema(raw: object) -> None:
    with pytest.raises(InvalidConfigDefinitionError):
        ConfigSchema.of(raw)


def test_schema_error_names_the_place() -> None:
    with pytest.raises(InvalidConfigDefinitionError, match="'b' is no config schema at 'x:y'"):
        ConfigSchema.of({"x": {"y": "b"}})


@pytest.mark.parametrize(
    ("field", "required", "default"),
    [
        (lambda: Field(int), True, None),
        (lambda: Field(int, is_required=False), False, None),
        (lambda: Field(int, default_value=0), False, 0),
        (lambda: Field(Noneable(int)), False, None),
        (lambda: Field(dict), False, {}),
        (lambda: Field([int]), True, None),
        (lambda: Field({str: int}), True, None),
        (lambda: Field({"a": Field(int, default_value=2), "b": Noneable(int)}), False, {"a": 2, "b": None}),
        (lambda: Field(Selector({"a": {}})), False, {"a": {}}),
        (lambda: Field(Selector({"a": {}, "b": {}})), True, None),
        (lambda: Field(str, default_value=""), False, ""),
    ],
)
def test_whether_a_field_must_be_given(field: typing.Any, required: bool, default: object) -> None:
    made = field()
    assert (made.is_required, made.default_value if made.default_provided else None) == (required, default)


def test_default_that_does_not_fit() -> None:
    with pytest.raises(InvalidConfigError, match="expected an integer, got 'x'"):
        Field(int, default_value="x")


@pytest.mark.parametrize("arguments", [{"default_value": 2, "is_required": True}, {"default_value": lambda: 2}])
def test_default_that_cannot_be(arguments: dict[str, typing.Any]) -> None:
    with pytest.raises(InvalidConfigDefinitionError):
        Field(int, **arguments)


def test_default_env_var_is_kept_by_name() -> None:
    assert Field(StringSource, default_value=EnvVar("TOKEN")).default_value == {"env": "TOKEN"}


def test_secret_is_not_quoted() -> None:
    found = problems({"password": Field(int, is_secret=True)}, {"password": "hunter2"})
    assert found == ["root:password: expected an integer, got a value that is kept secret"]


@pytest.mark.parametrize(
    ("source", "text", "value"),
    [(StringSource, "", ""), (IntSource, "-3", -3), (BoolSource, "true", True), (BoolSource, "0", False)],
)
def test_source_reads_the_environment(
    source: object, text: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGLAB_TEST_SOURCE", text)
    assert process({"a": source}, {"a": {"env": "DAGLAB_TEST_SOURCE"}}) == {"a": value}


@pytest.mark.parametrize("source", [IntSource, BoolSource])
def test_source_does_not_tell_a_bad_value(source: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGLAB_TEST_SOURCE", "hunter2")
    (found,) = problems(source, {"env": "DAGLAB_TEST_SOURCE"})
    assert "DAGLAB_TEST_SOURCE" in found
    assert "hunter2" not in found


def test_source_that_is_not_set() -> None:
    assert problems(StringSource, {"env": "DAGLAB_NOT_SET"}) == [
        "root: the environment variable 'DAGLAB_NOT_SET' is not set; set DAGLAB_NOT_SET where the run starts"
    ]


def test_source_is_left_alone_where_the_environment_is_not_read() -> None:
    schema = ConfigSchema.of({"a": StringSource, "b": IntSource})
    assert schema is not None
    value = schema.process({"a": {"env": "A"}, "b": {"env": "B"}}, resolve_env=False).value
    assert value == {"a": EnvVar("A"), "b": EnvVar.int("B")}


def test_value_whose_repr_raises() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise OSError

    (found,) = problems(int, Broken())
    assert found.startswith("root: expected an integer, got ")


def test_long_value_is_shortened() -> None:
    (found,) = problems(int, "x" * 10_000)
    assert len(found) < 200


def test_ten_thousand_fields_with_as_many_wrong_names() -> None:
    schema = ConfigSchema.of({f"field_{number}": int for number in range(10_000)})
    assert schema is not None
    assert schema.process({f"field_{number}": number for number in range(10_000)}).success
    assert len(schema.process({f"feild_{number}": number for number in range(10_000)}).problems) == 20_000


def test_depth_of_two_hundred() -> None:
    schema: object = {"leaf": int}
    value: object = {"leaf": "x"}
    for _ in range(200):
        schema, value = {"inner": schema}, {"inner": value}
    assert problems(schema, value) == ["root" + ":inner" * 200 + ":leaf: expected an integer, got 'x'"]


def test_depth_beyond_the_limit_is_a_problem() -> None:
    nested = Array(int)
    value: object = [1]
    for _ in range(sys.getrecursionlimit()):
        nested, value = Array(nested), [value]
    assert [text.split(":")[-1] for text in problems(nested, value)] == [
        " is nested too deeply; flatten it, or raise sys.setrecursionlimit"
    ]


def test_schema_is_not_shared_with_what_was_given() -> None:
    raw = {"a": int}
    schema = ConfigSchema.of(raw)
    raw["b"] = int
    assert schema is not None
    assert schema.process({"a": 1}).success


def test_nothing_given() -> None:
    required, optional, anything = ConfigSchema.of(int), ConfigSchema.of(Noneable(int)), ConfigSchema.of(None)
    assert required is not None
    assert optional is not None
    assert [str(one) for one in required.process().problems] == ["root: is missing: expected an integer"]
    assert optional.process().value is None
    assert anything is None
