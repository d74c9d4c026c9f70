from __future__ import annotations

import copy
import enum
import pickle
import subprocess
import sys
from typing import Annotated, Any, Literal, Optional, Union

import pytest
from pydantic import Field, ValidationError

from daglab.definitions.config.config import Config, PermissiveConfig
from daglab.definitions.config.config_schema import ConfigSchema, as_plain
from daglab.definitions.config.env_var import EnvVar
from daglab.errors import InvalidConfigDefinitionError, InvalidConfigError, InvalidInvocationError


class Mode(enum.Enum):
    FAST = "fast"
    EXACT = "exact"


class Inner(Config):
    x: int = 1
    y: str


class Cat(Config):
    kind: Literal["cat"] = "cat"
    meows: int


class Dog(Config):
    kind: Literal["dog"] = "dog"
    barks: float = 1.0


class Everything(Config):
    """All kinds of fields."""

    mode: Mode = Mode.FAST
    letter: Literal["p", "q"] = "p"
    optional: int | None = None
    required_optional: Optional[int]  # noqa: UP045
    pet: Union[Cat, Dog] = Field(default=Dog(), discriminator="kind")  # noqa: UP007
    inner: Inner = Inner(y="d")
    many: list[Inner] = []  # noqa: RUF012  # pydantic copies it
    by_name: dict[str, Inner] = {}  # noqa: RUF012
    limited: int = Field(default=3, ge=1, le=10, description="limited")
    aliased: int = Field(default=5, alias="other_name")
    made: list[int] = Field(default_factory=lambda: [1])
    number: float = 0.5


def process(cls: type[Config], value: object) -> Any:
    return cls.to_config_schema().process(value, path=("config",)).or_raise("it")


def problems(cls: type[Config], value: object) -> list[str]:
    return [str(problem) for problem in cls.to_config_schema().process(value).problems]


@pytest.mark.parametrize(
    ("written", "changes"),
    [
        ({}, {}),
        ({"mode": "EXACT"}, {"mode": Mode.EXACT}),
        ({"letter": "q"}, {"letter": "q"}),
        ({"pet": {"cat": {"meows": 3}}}, {"pet": Cat(meows=3)}),
        ({"pet": {"dog": {}}}, {"pet": Dog()}),
        ({"pet": {"dog": None}}, {"pet": Dog()}),
        ({"inner": {"x": 2}}, {"inner": Inner(x=2, y="d")}),
        ({"many": [{"y": "a"}]}, {"many": [Inner(y="a")]}),
        ({"by_name": {"k": {"y": "b"}}}, {"by_name": {"k": Inner(y="b")}}),
        ({"other_name": 7}, {"other_name": 7}),
        ({"number": 2}, {"number": 2.0}),
        ({"optional": None}, {}),
        ({"required_optional": 4}, {"required_optional": 4}),
    ],
)
def test_config_becomes_an_instance(written: dict[str, Any], changes: dict[str, Any]) -> None:
    assert process(Everything, written) == Everything(**changes)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ({"mode": "exact"}, "root:mode: expected one of 'FAST', 'EXACT', got 'exact'"),
        (
            {"mode": Mode.EXACT},
            "root:mode: expected one of 'FAST', 'EXACT', got <Mode.EXACT: 'exact'> (Mode); write its name: 'EXACT'",
        ),
        ({"letter": "z"}, "root:letter: expected one of 'p', 'q', got 'z'"),
        ({"pet": {"cat": {}}}, "root:pet:cat:meows: is missing: expected an integer or {'env': NAME}"),
        ({"pet": {"kind": "dog"}}, "root:pet:kind: expected a dict with exactly one of 'cat', 'dog', got 'kind'"),
        ({"many": [{}]}, "root:many[0]:y: is missing: expected a string or {'env': NAME}"),
        (
            {"limited": 0},
            "root:limited: input should be greater than or equal to 1, got 0 (says the class Everything)",
        ),
        ({"aliased": 1}, "root:aliased: there is no field 'aliased' here; what can be set: "),
        ({"limited": {"env": "DAGLAB_NOT_SET"}}, "root:limited: the environment variable 'DAGLAB_NOT_SET' is not set"),
    ],
)
def test_config_that_does_not_fit(written: dict[str, Any], problem: str) -> None:
    (found,) = problems(Everything, written)
    assert found.startswith(problem)


def test_all_problems_are_told_at_once() -> None:
    assert len(problems(Everything, {"mode": 1, "pet": {}, "inner": {"x": "a"}, "no": 1})) == 4


def test_instance_cannot_be_changed() -> None:
    config = Inner(y="a")
    with pytest.raises(InvalidInvocationError, match=r"Inner\.x cannot be set to 3"):
        config.x = 3
    with pytest.raises(InvalidInvocationError, match=r"Inner\.other cannot be set"):
        config.other = 3  # type: ignore[attr-defined]


def test_constructor_validates() -> None:
    with pytest.raises(ValidationError):
        Inner()
    with pytest.raises(ValidationError):
        Everything(limited=0)


def test_constructor_takes_both_forms() -> None:
    assert Everything(pet={"cat": {"meows": 2}}) == Everything(pet=Cat(meows=2))
    assert Everything(mode="EXACT") == Everything(mode="exact") == Everything(mode=Mode.EXACT)


def test_permissive_config_keeps_other_names() -> None:
    class Options(PermissiveConfig):
        x: int = 1

    config = process(Options, {"extra": {"a": 1}})
    assert (config.x, config.extra, config.model_dump()) == (1, {"a": 1}, {"x": 1, "extra": {"a": 1}})
    assert config._convert_to_config_dictionary() == {"x": 1, "extra": {"a": 1}}


def test_written_form_comes_back_equal() -> None:
    config = Everything(mode=Mode.EXACT, pet=Cat(meows=1), inner=Inner(x=3, y="r"), required_optional=2)
    written = config._convert_to_config_dictionary()
    assert (written["mode"], written["pet"], written["other_name"]) == ("EXACT", {"cat": {"meows": 1}}, 5)
    assert process(Everything, written) == config
    assert process(Everything, config) == config


def test_env_vars_stay_in_an_instance_and_go_by_name() -> None:
    config = Inner(x=EnvVar.int("X"), y=EnvVar("Y"))
    assert config._convert_to_config_dictionary() == {"x": {"env": "X"}, "y": {"env": "Y"}}
    with pytest.raises(RuntimeError, match="only known when a run starts"):
        str(config.y)
    with pytest.raises(RuntimeError, match="only known when a run starts"):
        int(config.x)


def test_env_vars_deep_inside() -> None:
    class Deep(Config):
        listed: list[str]
        named: dict[str, list[str]]
        inner: Inner

    config = Deep(listed=["a", EnvVar("A")], named={"k": [EnvVar("B")]}, inner=Inner(y=EnvVar("C")))
    assert config._convert_to_config_dictionary() == {
        "listed": ["a", {"env": "A"}],
        "named": {"k": [{"env": "B"}]},
        "inner": {"x": 1, "y": {"env": "C"}},
    }


def test_env_var_is_read_when_processed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGLAB_TEST_Y", "secret")
    assert process(Inner, Inner(y=EnvVar("DAGLAB_TEST_Y"))).y == "secret"
    assert process(Inner, {"y": {"env": "DAGLAB_TEST_Y"}}).y == "secret"


def test_env_var_is_not_told_when_a_constraint_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    class Short(Config):
        token: str = Field(max_length=3)

    monkeypatch.setenv("DAGLAB_TEST_TOKEN", "hunter2")
    (found,) = problems(Short, {"token": {"env": "DAGLAB_TEST_TOKEN"}})
    assert "hunter2" not in found
    assert "at most 3" in found


def test_env_var_as_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    class Connection(Config):
        url: str = EnvVar("DAGLAB_TEST_URL")

    monkeypatch.setenv("DAGLAB_TEST_URL", "db://")
    assert process(Connection, {}).url == "db://"


def test_env_var_survives_pickle_and_copy() -> None:
    for variable in (EnvVar("A"), EnvVar.int("A")):
        assert pickle.loads(pickle.dumps(variable)) == variable == copy.deepcopy(variable)
        assert pickle.loads(pickle.dumps(variable)).env_var_name == "A"


def test_none_as_the_default_of_a_plain_type() -> None:
    class Sloppy(Config):
        name: str = None  # type: ignore[assignment]

    assert process(Sloppy, {}).name is None


def test_default_factory_of_a_nested_config() -> None:
    class Outer(Config):
        inner: Inner = Field(default_factory=lambda: Inner(y="made"))

    assert process(Outer, {}).inner == Inner(y="made")
    assert process(Outer, {"inner": {"x": 9}}).inner == Inner(x=9, y="made")


@pytest.mark.parametrize("annotation", [int | str, tuple[int, int], set[int], bytes, object])
def test_annotation_that_config_cannot_have(annotation: Any) -> None:
    made = type("Made", (Config,), {"__annotations__": {"value": annotation}, "__module__": __name__})
    with pytest.raises(InvalidConfigDefinitionError, match=r"Made\.value"):
        made.to_config_schema()  # type: ignore[attr-defined]


def test_deep_class_with_wrong_default() -> None:
    class Wrong(Config):
        x: int = "abc"  # type: ignore[assignment]

    with pytest.raises(InvalidConfigError):
        Wrong.to_config_schema()


def test_plain_values_of_an_instance() -> None:
    assert as_plain(Inner(y="a")) == {"x": 1, "y": "a"}
    assert as_plain(Everything(mode=Mode.EXACT))["mode"] == "exact"
    assert as_plain(3) == 3


@pytest.mark.parametrize(
    ("annotation", "value", "fits"),
    [(int, 4, True), (int, "4", False), (str, "a", True), (list[int], [1], True), (dict, {"a": 1}, True)],
)
def test_config_annotated_with_a_plain_type(annotation: Any, value: object, fits: bool) -> None:
    assert ConfigSchema.of_annotation(annotation).process(value).success is fits


def test_config_parameter_with_a_default() -> None:
    assert ConfigSchema.of_annotation(int, 3).process().value == 3
    with pytest.raises(InvalidConfigDefinitionError, match="Inner has a default"):
        ConfigSchema.of_annotation(Inner, Inner(y="a"))


class Tree(Config):
    children: list[Tree] = []  # noqa: RUF012


class Early(Config):
    late: Late


class Late(Config):
    x: int = 1


def test_class_that_holds_itself() -> None:
    with pytest.raises(InvalidConfigDefinitionError, match="Tree holds itself"):
        Tree.to_config_schema()


def test_class_that_names_a_later_one() -> None:
    assert process(Early, {"late": {"x": 2}}).late == Late(x=2)


def test_error_crosses_processes() -> None:
    with pytest.raises(InvalidConfigError) as info:
        process(Everything, {"mode": 1, "no": 1})
    revived = pickle.loads(pickle.dumps(info.value))
    assert (str(revived), revived.errors) == (str(info.value), info.value.errors)


def test_resources_among_the_fields_are_no_config() -> None:
    class Client:
        _is_resource_annotation = True

    class Mixed(Config):
        client: Client
        also: Annotated[object, "resource_param"]
        x: int = 1

    assert list(Mixed.to_fields_dict()) == ["x"]


def test_subclass_of_a_subclass() -> None:
    class Child(Inner):
        z: bool = False

    assert process(Child, {"y": "a", "z": True}) == Child(x=1, y="a", z=True)
    assert list(Child.to_fields_dict()) == ["x", "y", "z"]


def test_schema_form_does_not_load_pydantic() -> None:
    code = (
        "import sys, daglab.definitions.config.config_schema as c, daglab.definitions.config.run_config, "
        "daglab.definitions.config.job_config, daglab.definitions.config.configured, "
        "daglab.definitions.config.config_mapping, daglab.definitions.config.config_files;"
        "assert c.ConfigSchema.of({'a': int}).process({'a': 1}).success; assert 'pydantic' not in sys.modules;"
        "assert 'yaml' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
