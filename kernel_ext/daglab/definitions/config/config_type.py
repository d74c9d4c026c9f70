"""`ConfigType`: what a config value may be, and how what the user wrote becomes what code gets."""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import islice
from typing import Any, ClassVar

from daglab.definitions.config.env_var import EnvVar, IntEnvVar
from daglab.definitions.config.problems import ConfigProblem, Path, names, quoted
from daglab.definitions.sentinel import NO_VALUE
from daglab.errors import suggest

MOST_COMPARISONS = 20_000


class Walk:
    """One way through a config: collects what is wrong.

    Args:
        resolve_env: whether environment variables are read; else `EnvVar` objects stand for them.
    """

    def __init__(self, *, resolve_env: bool = True) -> None:
        self.resolve_env = resolve_env
        self.problems: list[ConfigProblem] = []
        self.secrets = 0
        self.from_environment: set[object] = set()
        self._comparisons_left = MOST_COMPARISONS

    def quote(self, value: object) -> str:
        """The value for a message, unless it is a secret."""
        return "a value that is kept secret" if self.secrets else quoted(value)

    def refuse(self, path: Path, message: str, value: object = NO_VALUE, hint: str = "") -> Any:
        """Notes a problem; what it gives back stands for the value that is not there."""
        kept = NO_VALUE if self.secrets else value
        self.problems.append(ConfigProblem(names(path), message, kept, hint))
        return NO_VALUE

    def expect(self, path: Path, expected: str, value: object, hint: str = "") -> Any:
        """Notes that something else was expected."""
        if isinstance(value, EnvVar | IntEnvVar):
            name = value.env_var_name
            message = f"expected {expected}, got the environment variable {name!r} as an object"
            return self.refuse(path, message, value, f"in run config write {{'env': {name!r}}}")
        return self.refuse(path, f"expected {expected}, got {self.quote(value)}", value, hint)

    def nearest(self, wrong: object, valid: Collection[str]) -> str:
        """The nearest valid name as a hint; "" if none is near."""
        self._comparisons_left -= len(valid)
        return suggest(wrong, valid, most=1) if isinstance(wrong, str) and self._comparisons_left > 0 else ""

    def suggest(self, wrong: object, valid: Collection[str]) -> str:
        """The nearest valid name, or all valid names if none is near and they are few.

        A config with thousands of wrong names gets suggestions for the first of them only: each costs time.
        """
        near = self.nearest(wrong, valid)
        if near or not valid:
            return near or "nothing can be set here"
        shown = ", ".join(map(repr, islice(valid, 8)))
        return f"what can be set: {shown}{', …' if len(valid) > 8 else ''}"


class ConfigType:
    """What a config value may be.

    Args:
        key: names the type among others.
        description: Markdown.
    """

    kind: ClassVar[str] = "any"
    has_fields: ClassVar[bool] = False

    def __init__(self, key: str, description: str | None = None) -> None:
        self.key = key
        self._description = description

    @property
    def description(self) -> str | None:
        """Markdown."""
        return self._description

    @property
    def given_name(self) -> str | None:
        """The name that users know it by."""
        return self.key

    @property
    def expected(self) -> str:
        """What messages say that they expect."""
        return "a value"

    @property
    def implicit_default(self) -> object:
        """What a field of this type is where nothing is given; `NO_VALUE` if it must be given."""
        return NO_VALUE

    def process(self, value: object, walk: Walk, path: Path) -> Any:
        """What code gets for what the user wrote; problems go to the walk."""
        return value

    def __repr__(self) -> str:
        return self.key


class AnyConfig(ConfigType):
    """Anything goes, None too."""

    def __init__(self) -> None:
        super().__init__("Any")


class ScalarConfig(ConfigType):
    """A value with no parts.

    Args:
        name: the name of the type.
        expected: what messages say.
        accepted: Python types that it takes.
        refused: and those among them that it does not.
        convert: makes what code gets.
    """

    kind = "scalar"

    def __init__(
        self,
        name: str,
        expected: str,
        accepted: tuple[type, ...],
        refused: tuple[type, ...] = (),
        convert: Callable[[Any], object] | None = None,
    ) -> None:
        super().__init__(name)
        self._expected, self._accepted, self._convert = expected, accepted, convert
        self._refused = (EnvVar, IntEnvVar, *refused)

    @property
    def expected(self) -> str:
        """What messages say that they expect."""
        return self._expected

    def accepts(self, value: object) -> bool:
        """Whether the value is of this type."""
        return isinstance(value, self._accepted) and not isinstance(value, self._refused)

    def process(self, value: object, walk: Walk, path: Path) -> Any:
        """What code gets for what the user wrote."""
        if self.accepts(value):
            try:
                return self._convert(value) if self._convert else value
            except OverflowError:
                pass
        return walk.expect(path, self._expected, value)


ANY = AnyConfig()
STRING = ScalarConfig("String", "a string", (str,))
INT = ScalarConfig("Int", "an integer", (int,), (bool,))
FLOAT = ScalarConfig("Float", "a number", (int, float), convert=float)
BOOL = ScalarConfig("Bool", "True or False", (bool,))
