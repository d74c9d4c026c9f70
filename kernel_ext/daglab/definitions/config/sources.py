"""Values that may be read from the environment: `StringSource`, `IntSource`, `BoolSource`.

Example:
    >>> from daglab.definitions.config.config_schema import ConfigSchema
    >>> os.environ["PORT"] = "8080"
    >>> schema = ConfigSchema.of({"host": StringSource, "port": IntSource, "fast": BoolSource})
    >>> schema.process({"host": "localhost", "port": {"env": "PORT"}, "fast": True}).value
    {'host': 'localhost', 'port': 8080, 'fast': True}
    >>> del os.environ["PORT"]
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from daglab.definitions.config.choices import ScalarUnion, Selector
from daglab.definitions.config.config_type import Walk
from daglab.definitions.config.env_var import EnvVar
from daglab.definitions.config.problems import Path

_TRUE = frozenset({"true", "t", "yes", "y", "on", "1"})
_FALSE = frozenset({"false", "f", "no", "n", "off", "0"})


def _as_bool(text: str) -> bool:
    word = text.strip().lower()
    if word not in _TRUE | _FALSE:
        raise ValueError
    return word in _TRUE


class Source(ScalarUnion):
    """A plain value, or `{"env": NAME}` for what an environment variable holds when the run starts.

    Args:
        name: what the type is called.
        scalar_type: the type of the value.
        convert: makes the value of the variable's text; raises ValueError.
    """

    def __init__(self, name: str, scalar_type: type, convert: Callable[[str], Any]) -> None:
        super().__init__(scalar_type, Selector({"env": str}), _key=name)
        self._convert = convert

    @property
    def expected(self) -> str:
        """What messages say that they expect."""
        return f"{self.scalar_type.expected} or {{'env': NAME}}"

    def process(self, value: object, walk: Walk, path: Path) -> Any:
        """What code gets for what the user wrote."""
        found = len(walk.problems)
        taken = super().process(value, walk, path)
        if not isinstance(taken, dict) or len(walk.problems) > found:
            return taken
        name = taken["env"]
        if not walk.resolve_env:
            return EnvVar.int(name) if self.scalar_type.key == "Int" else EnvVar(name)
        text = os.environ.get(name)
        if text is None:
            hint = f"set {name} where the run starts"
            return walk.refuse(path, f"the environment variable {name!r} is not set", value, hint)
        try:
            made = self._convert(text)
        except ValueError:
            what = self.scalar_type.expected
            return walk.refuse(path, f"the environment variable {name!r} does not hold {what}", value)
        walk.from_environment.add(made)
        return made


StringSource = Source("StringSourceType", str, str)
IntSource = Source("IntSourceType", int, int)
BoolSource = Source("BoolSourceType", bool, _as_bool)
