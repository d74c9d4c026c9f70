"""Resources made of classes: config, environment, nesting, life and secrecy."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Optional

import pydantic
import pytest

from daglab.definitions.config.config import Config
from daglab.definitions.config.env_var import EnvVar
from daglab.definitions.resources.annotations import ResourceParam, is_resource_annotation
from daglab.definitions.resources.build_init_context import build_init_resource_context
from daglab.definitions.resources.building import build_resources
from daglab.definitions.resources.configurable_io_manager import ConfigurableIOManager
from daglab.definitions.resources.configurable_resource import ConfigurableResource, ConfigurableResourceFactory
from daglab.definitions.resources.io_interfaces import IOManager
from daglab.definitions.resources.io_manager_definition import IOManagerDefinition
from daglab.definitions.resources.resource_decorator import resource
from daglab.definitions.resources.resource_fields import ResourceDependency
from daglab.errors import (
    InvalidConfigError,
    InvalidDefinitionError,
    InvalidInvocationError,
    InvariantViolationError,
    ResourceFunctionError,
)

LOG: list[str] = []


class Plain(ConfigurableResource):
    a: int
    b: str = "x"


class Secretive(ConfigurableResource):
    password: str
    port: int = 1
    names: list[str] = pydantic.Field(default_factory=list)


class Inner(ConfigurableResource):
    v: int = 1

    def setup_for_execution(self, context: Any) -> None:
        LOG.append(f"setup inner {self.v}")

    def teardown_after_execution(self, context: Any) -> None:
        LOG.append(f"teardown inner {self.v}")


class Outer(ConfigurableResource):
    inner: Inner
    other: Optional[Inner] = None  # noqa: UP045 - users write it so

    def teardown_after_execution(self, context: Any) -> None:
        LOG.append("teardown outer")


class Loose(ConfigurableResource):
    dep: ResourceDependency[str]


class Factory(ConfigurableResourceFactory[str]):
    z: str

    def create_resource(self, context: Any) -> str:
        return f"made {self.z}"


def opened(one: Any, config: Any = None, **others: Any) -> Any:
    LOG.clear()
    given = {} if config is None else {"r": {"config": config}}
    with build_resources({"r": one, **others}, resource_config=given) as found:
        return found.r


def test_fields_are_used_directly() -> None:
    assert (Plain(a=1).a, Plain(a=1).b) == (1, "x")
    with pytest.raises(pydantic.ValidationError):
        Plain(a="many")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["a", "new"])
def test_instances_do_not_change(name: str) -> None:
    with pytest.raises(InvalidInvocationError, match="PrivateAttr"):
        setattr(Plain(a=1), name, 3)


def test_run_config_overrides_fields_and_keeps_the_others() -> None:
    assert opened(Plain(a=1, b="q"), {"a": 7}) == Plain(a=7, b="q")
    with pytest.raises(InvalidConfigError):
        opened(Plain(a=1), {"c": 1})


def test_fields_are_left_to_the_launch() -> None:
    later = Plain.configure_at_launch(b="z")
    assert opened(later, {"a": 2}) == Plain(a=2, b="z")
    assert opened(later, {"a": 2, "b": "over"}) == Plain(a=2, b="over")
    with pytest.raises(InvalidConfigError, match="root:r:config:a"):
        opened(later)


def test_environment_variables_are_read_when_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = Secretive(password=EnvVar("SECRET"), port=EnvVar.int("PORT"), names=["a", EnvVar("SECRET")])
    monkeypatch.setenv("SECRET", "hunter2")
    monkeypatch.setenv("PORT", "42")
    found = opened(declared)
    assert (found.password, found.port, found.names) == ("hunter2", 42, ["a", "hunter2"])
    assert declared.process_config_and_initialize().password == "hunter2"
    assert opened(Secretive.configure_at_launch(), {"password": {"env": "SECRET"}}).password == "hunter2"


def test_unset_environment_variables_are_named() -> None:
    with pytest.raises(InvalidConfigError, match="NOT_SET_ANYWHERE"):
        opened(Secretive(password=EnvVar("NOT_SET_ANYWHERE")))


@pytest.mark.parametrize(
    ("declared", "config"),
    [
        (Secretive(password=EnvVar("SECRET"), names=["a", EnvVar("SECRET")]), None),
        (Secretive.configure_at_launch(), {"password": {"env": "SECRET"}}),
        (Secretive.configure_at_launch(password=EnvVar("SECRET")), {"port": 3}),
    ],
    ids=["declared", "at launch", "partly"],
)
def test_values_of_environment_variables_are_never_shown(
    declared: Any, config: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "hunter2")
    found = opened(declared, config)
    again = found.with_replaced_resource_context(found.get_resource_context())
    shown = [repr(one) + str(one) for one in (declared, found, again)]
    shown.append(repr(found.get_resource_context().resource_config))
    assert found.password == "hunter2"
    assert not any("hunter2" in text for text in shown)


def test_nested_resources_are_opened_first_and_closed_last() -> None:
    assert opened(Outer(inner=Inner(v=3))).inner.v == 3
    assert LOG == ["setup inner 3", "teardown outer", "teardown inner 3"]


def test_a_nested_resource_completed_at_launch_needs_a_key_of_its_own() -> None:
    later = Inner.configure_at_launch()
    with build_resources({"r": Outer(inner=later), "i": later}, resource_config={"i": {"config": {"v": 9}}}) as found:
        assert found.r.inner is found.i
        assert found.i.v == 9
    with pytest.raises(InvalidDefinitionError, match=r"Outer\.inner"):
        opened(Outer(inner=later))


def test_dependencies_take_anything() -> None:
    @resource
    def text() -> str:
        return "of a function"

    assert opened(Loose(dep="plain")).dep == "plain"
    assert opened(Loose(dep=text)).dep == "of a function"
    assert opened(Loose(dep=Factory(z="q"))).dep == "made q"
    with pytest.raises(pydantic.ValidationError):
        Outer(inner=3)  # type: ignore[arg-type]


def test_a_factory_gives_what_it_creates() -> None:
    assert opened(Factory(z="ü")) == "made ü"
    with pytest.raises(TypeError):
        ConfigurableResourceFactory()  # type: ignore[abstract]


class Session(ConfigurableResource):
    n: int
    _connection: str | None = pydantic.PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(self, context: Any) -> Iterator[Session]:
        self._connection = f"connection {self.n}"
        yield self
        LOG.append("closed")

    def connection(self) -> str | None:
        return self._connection


def test_yield_for_execution_wraps_the_whole_life() -> None:
    assert opened(Session(n=3)).connection() == "connection 3"
    assert LOG == ["closed"]
    assert Session(n=3).connection() is None
    with pytest.raises(InvariantViolationError, match="process_config_and_initialize_cm"):
        Session(n=1).process_config_and_initialize()
    with Session(n=1).process_config_and_initialize_cm() as session:
        assert session.connection() == "connection 1"


def test_asynchronous_lives_run_on_the_given_loop() -> None:
    import asyncio

    class Async(ConfigurableResource):
        @asynccontextmanager
        async def yield_for_execution(self, context: Any) -> Any:  # type: ignore[override]
            yield "value"
            LOG.append("left")

    loop = asyncio.new_event_loop()
    LOG.clear()
    with build_resources({"r": Async()}, event_loop=loop) as found:
        assert found.r == "value"
    loop.close()
    assert LOG == ["left"]
    with pytest.raises(InvalidInvocationError, match="event_loop"):
        opened(Async())


def test_teardown_is_not_called_if_setup_failed() -> None:
    class Bad(ConfigurableResource):
        def setup_for_execution(self, context: Any) -> None:
            raise ValueError("boom")

        def teardown_after_execution(self, context: Any) -> None:
            LOG.append("torn down")

    with pytest.raises(ResourceFunctionError, match="'r'"):
        opened(Bad(), i=Inner())
    assert LOG == ["setup inner 1", "teardown inner 1"]


def test_the_context_is_at_hand_once_it_is_opened() -> None:
    assert opened(Plain(a=1)).get_resource_context().resource_config == {"a": 1, "b": "x"}
    with pytest.raises(InvariantViolationError):
        Plain(a=1).get_resource_context()


def test_a_function_makes_the_resource_of_its_config() -> None:
    @resource(config_schema=Plain.to_config_schema())
    def function(context: Any) -> Any:
        return Plain.from_resource_context(context)

    assert function(build_init_resource_context(config={"a": 5})) == Plain(a=5)


def test_nested_config_aliases_and_equality() -> None:
    class Limits(Config):
        rows: int = 3

    class Holder(ConfigurableResource):
        limits: Limits
        schema_: str = pydantic.Field(alias="schema", default="s")

    assert opened(Holder.configure_at_launch(schema="k"), {"limits": {"rows": 8}}).limits.rows == 8
    assert opened(Holder(limits=Limits(), schema="k")).schema_ == "k"
    assert Plain(a=1) == Plain(a=1)
    assert hash(Plain(a=1)) == hash(Plain(a=1))


def test_the_definition_is_the_same_each_time_and_a_copy_has_its_own() -> None:
    one = Plain(a=1)
    assert one.get_resource_definition() is one.get_resource_definition()
    assert opened(one.model_copy(update={"a": 2})) == Plain(a=2)


def test_it_survives_pickling_after_it_was_opened() -> None:
    one = Plain(a=1)
    one.get_resource_definition()
    assert pickle.loads(pickle.dumps(one)) == one
    assert pickle.loads(pickle.dumps(opened(one))) == one


def test_io_managers_are_resources_and_io_managers() -> None:
    class Files(ConfigurableIOManager):
        base: str

        def handle_output(self, context: Any, obj: Any) -> None: ...

        def load_input(self, context: Any) -> str:
            return self.base

    assert isinstance(Files(base="z"), IOManager)
    assert isinstance(Files(base="z").get_resource_definition(), IOManagerDefinition)
    assert isinstance(Files.configure_at_launch().get_resource_definition(), IOManagerDefinition)
    assert opened(Files.configure_at_launch(), {"base": "y"}).load_input(None) == "y"


def test_parameters_are_resources_by_their_annotation() -> None:
    marked = [Plain, Factory, ResourceParam[str], ResourceDependency[str], IOManagerDefinition]
    assert [is_resource_annotation(one) for one in marked] == [True] * len(marked)
    assert [is_resource_annotation(one) for one in (int, Config, Any, "Plain", None)] == [False] * 5
