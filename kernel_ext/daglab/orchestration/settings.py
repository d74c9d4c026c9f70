"""The settings of a project: `[tool.daglab]` in its `pyproject.toml`, overridden by environment variables."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, cast

from daglab.errors import SettingsError, suggest

Durability = Literal["process", "power"]


@dataclass(frozen=True, kw_only=True)
class Retention:
    """What `daglab prune` keeps: whatever one of the limits keeps stays; without any, everything does.

    Args:
        materializations: the values of so many latest materializations of each asset or partition.
        days: all values that are not older.
    """

    materializations: int | None = None
    days: int | None = None


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of a project.

    Args:
        locations: notebooks (paths and patterns, relative to the project) and modules that make up the workspace.
        run_store: SQLAlchemy URL of the run store; None for a SQLite file in the home.
        storage: folder of the stored values, relative to the project; None for one in the home.
        durability: "process": what is stored survives the end of any process; "power": also a power cut.
        processes: how many steps of a run go side by side.
        retention: which values `daglab prune` keeps.
    """

    locations: tuple[str, ...] = ("*.ipynb", "notebooks/*.ipynb")
    run_store: str | None = None
    storage: str | None = None
    durability: Durability = "process"
    processes: int = 1
    retention: Retention = Retention()


def read_settings(pyproject: Path | None, environment: Mapping[str, str] | None = None) -> Settings:
    """Reads the settings of a project.

    Args:
        pyproject: the project's file; None where there is none.
        environment: by default that of this process; `DAGLAB_<NAME>` overrides a setting.

    Raises:
        SettingsError: something cannot be; all such problems are listed.
    """
    given = dict(_table(pyproject)) if pyproject else {}
    called = {name: f"{name} in [tool.daglab] of {pyproject}" for name in given}
    problems = []
    for name in _READERS:
        variable = f"DAGLAB_{name.upper()}"
        text = (os.environ if environment is None else environment).get(variable)
        if text is not None:
            given[name], called[name] = _from_text(name, text), f"the environment variable {variable}"
    for name in set(given) - set(_READERS):
        nearest = suggest(name, _READERS) or f"there are {', '.join(_READERS)}"
        problems.append(f"{called[name]}: there is no such setting; {nearest}")
    values: dict[str, Any] = {}
    for name, (reads, expected) in _READERS.items():
        if name in given and not reads(given[name]):
            problems.append(f"{called[name]} is {given[name]!r}; it should be {expected}")
        elif name in given:
            values[name] = _MAKERS[name](given[name]) if name in _MAKERS else given[name]
    if problems:
        raise SettingsError("\n".join(sorted(problems)))
    return Settings(**values)


def _table(pyproject: Path) -> Mapping[str, Any]:
    try:
        found = tomllib.loads(pyproject.read_text(encoding="utf-8")).get("tool", {}).get("daglab", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{pyproject} cannot be read: {error}") from None
    if not isinstance(found, dict):
        raise SettingsError(f"[tool.daglab] in {pyproject} is {found!r}", hint="make it a table")
    return cast(Mapping[str, Any], found)


def _from_text(name: str, text: str) -> object:
    if name == "processes":
        return int(text) if text.isascii() and text.isdigit() else text
    if name == "retention":
        try:
            return tomllib.loads(f"found = {{{text}}}")["found"]
        except tomllib.TOMLDecodeError:
            return text
    return text.split(os.pathsep) if name == "locations" else text


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_retention(value: object) -> bool:
    names = {one.name for one in fields(Retention)}
    numbers = isinstance(value, dict) and all(type(one) is int and one >= 1 for one in value.values())
    return numbers and isinstance(value, dict) and names >= value.keys()


_MAKERS: dict[str, Callable[[Any], object]] = {"locations": tuple, "retention": lambda given: Retention(**given)}

_READERS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "locations": (
        lambda value: isinstance(value, list) and all(map(_is_text, value)),
        "a list of paths or modules",
    ),
    "run_store": (_is_text, "a SQLAlchemy URL"),
    "storage": (_is_text, "a folder"),
    "durability": (lambda value: value in ("process", "power"), '"process" or "power"'),
    "processes": (lambda value: type(value) is int and value >= 1, "a whole number from 1"),
    "retention": (_is_retention, "`materializations = 10`, `days = 30` or both, whole numbers from 1"),
}
