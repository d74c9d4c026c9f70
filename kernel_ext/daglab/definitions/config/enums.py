"""`Enum` and `EnumValue`: one of some names, each standing for a Python value."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Any

from daglab.definitions.config.config_type import ConfigType, Walk
from daglab.definitions.config.problems import Path
from daglab.errors import InvalidConfigDefinitionError


class EnumValue:
    """One of the names of an `Enum`.

    Args:
        config_value: what is written in config.
        python_value: what code gets; the name itself if it is None.
        description: Markdown.

    Example:
        >>> EnumValue("fast").python_value
        'fast'
    """

    def __init__(self, config_value: str, python_value: object | None = None, description: str | None = None) -> None:
        if not isinstance(config_value, str):
            raise InvalidConfigDefinitionError(
                f"an EnumValue is written as a string in config, got {config_value!r}",
                hint="give the Python value as python_value",
            )
        self.config_value = config_value
        self.python_value = config_value if python_value is None else python_value
        self.description = description

    def __repr__(self) -> str:
        return f"EnumValue({self.config_value!r}, {self.python_value!r})"


class Enum(ConfigType):
    """One of some names.

    Args:
        name: what the choice is called.
        enum_values: what can be chosen.

    Example:
        >>> mode = Enum("Mode", [EnumValue("fast", 1), EnumValue("exact", 2)])
        >>> mode.config_values
        ['fast', 'exact']
    """

    kind = "enum"

    def __init__(self, name: str, enum_values: Sequence[EnumValue]) -> None:
        super().__init__(name)
        self.enum_values = list(enum_values)
        self._by_name = {value.config_value: value for value in self.enum_values}
        if len(self._by_name) != len(self.enum_values):
            raise InvalidConfigDefinitionError(f"the Enum {name!r} has a name twice: {self.config_values}")

    @property
    def config_values(self) -> list[str]:
        """The names that can be written in config."""
        return [value.config_value for value in self.enum_values]

    @property
    def expected(self) -> str:
        """What messages say that they expect."""
        shown = self.config_values[:12]
        return f"one of {', '.join(map(repr, shown))}{', …' if len(self.enum_values) > 12 else ''}"

    def process(self, value: object, walk: Walk, path: Path) -> Any:
        """What code gets for what the user wrote."""
        if not isinstance(value, str):
            hint = f"write its name: {value.name!r}" if isinstance(value, enum.Enum) else ""
            return walk.expect(path, self.expected, value, hint)
        found = self._by_name.get(value)
        if found is None:
            return walk.expect(path, self.expected, value, walk.nearest(value, self._by_name))
        return found.python_value

    @classmethod
    def from_python_enum(cls, enum: type[enum.Enum], name: str | None = None) -> Enum:
        """Offers the names of a Python enum; code gets its members."""
        return cls(name or enum.__name__, [EnumValue(member.name, member) for member in enum])

    @classmethod
    def from_python_enum_direct_values(cls, enum: type[enum.Enum], name: str | None = None) -> Enum:
        """Offers the names of a Python enum; code gets the values of its members."""
        return cls(name or enum.__name__, [EnumValue(member.name, member.value) for member in enum])
