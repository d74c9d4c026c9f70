"""Unions of Config classes, alone and in lists, dicts and options of each other."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import Discriminator, Field

from daglab import Config, ConfigurableResource, EnvVar, RunConfig, job, op
from daglab.errors import InvalidConfigDefinitionError, InvalidConfigError


class Cat(Config):
    kind: Literal["cat"] = "cat"
    meows: int


class Plain(Config):
    kind: Literal["plain"] = "plain"
    name: str = "x"


Flat = Annotated[Cat | Plain, Discriminator("kind")]


class Zoo(Config):
    one: Flat = Plain()
    listed: list[Flat] = Field(default_factory=list)
    named: dict[str, Flat] = Field(default_factory=dict)
    maybe: Flat | None = None
    lists: list[list[Flat]] = Field(default_factory=list)
    other: Cat | Plain | None = Field(default=None, discriminator="kind")


CAT = {"cat": {"meows": 3}}
GIVEN = {
    "one": CAT,
    "listed": [CAT, {"plain": {"name": "é"}}],
    "named": {"a": CAT},
    "maybe": {"plain": {}},
    "lists": [[CAT], []],
    "other": CAT,
}
MADE = Zoo(
    one=Cat(meows=3),
    listed=[Cat(meows=3), Plain(name="é")],
    named={"a": Cat(meows=3)},
    maybe=Plain(),
    lists=[[Cat(meows=3)], []],
    other=Cat(meows=3),
)


def configured(given: Any) -> Any:
    @op
    def look(config: Zoo) -> Any:
        return config

    @job
    def made() -> None:
        look()

    ops = {"look": given if isinstance(given, Config) else {"config": given}}
    return made.execute_in_process(run_config=RunConfig(ops=ops)).output_for_node("look")


def test_they_are_read_from_run_config_wherever_they_stand() -> None:
    assert configured(GIVEN) == MADE
    assert configured({}) == Zoo()


def test_they_are_written_as_they_are_read() -> None:
    written = RunConfig(ops={"look": MADE}).to_config_dict()["ops"]["look"]["config"]
    assert configured(MADE) == MADE
    assert Zoo(**written) == MADE


def test_pydantic_s_own_way_of_writing_them_is_taken_in_code() -> None:
    assert Zoo(listed=[{"kind": "cat", "meows": 3}]).listed == [Cat(meows=3)]


def test_all_problems_are_told_with_their_paths() -> None:
    wrong = {"listed": [{"cat": {"meows": "many"}}, {"cow": {}}, {"cat": {}}], "named": {"ä": {"plain": {"nam": "x"}}}}
    with pytest.raises(InvalidConfigError) as caught:
        configured(wrong)
    told = str(caught.value)
    for path in ("listed[0]:cat:meows", "listed[1]", "listed[2]:cat", "named:ä:plain:nam"):
        assert f"root:ops:look:config:{path}" in told
    assert "4 problems" in told


def test_resources_take_them_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAME", "from outside")

    class Keeper(ConfigurableResource[Any]):
        animals: list[Flat]

    @op
    def look(keeper: Keeper) -> Any:
        return keeper.animals

    @job(resource_defs={"keeper": Keeper(animals=[Cat(meows=1), Plain(name=EnvVar("NAME"))])})
    def given() -> None:
        look()

    @job(resource_defs={"keeper": Keeper.configure_at_launch()})
    def launched() -> None:
        look()

    expected = [Cat(meows=1), Plain(name="from outside")]
    assert given.execute_in_process().output_for_node("look") == expected
    animals = [{"cat": {"meows": 1}}, {"plain": {"name": {"env": "NAME"}}}]
    config = {"resources": {"keeper": {"config": {"animals": animals}}}}
    assert launched.execute_in_process(run_config=config).output_for_node("look") == expected


def test_unions_without_a_discriminator_or_of_other_things_are_refused() -> None:
    class Bare(Config):
        pets: list[Cat | Plain]

    with pytest.raises(InvalidConfigDefinitionError, match=r"Bare\.pets"):
        Bare.to_config_schema()
