"""What is wrong with a piece of config: one problem a value, all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from reprlib import Repr
from typing import NoReturn

from daglab.definitions.sentinel import NO_VALUE
from daglab.errors import InvalidConfigError

ROOT = "root"
MOST_LISTED = 50
MOST_QUOTED = 80

_SHORT = Repr()
_SHORT.maxlevel = 3
_SHORT.maxstring = _SHORT.maxlong = _SHORT.maxother = MOST_QUOTED

Path = tuple["Path", str] | None
"""Where the walk through a config is: the path of what holds it, and its own name; None is the root."""


@dataclass(frozen=True)
class ConfigProblem:
    """One value that does not fit.

    Args:
        path: the names that lead to it, outermost first.
        message: what was expected and what was found.
        value: what was found; `NO_VALUE` where it is missing or secret.
        hint: what to do; "" where the message says it.

    Example:
        >>> str(ConfigProblem(("ops", "load", "config"), "expected an integer, got 'three'"))
        "root:ops:load:config: expected an integer, got 'three'"
    """

    path: tuple[str, ...]
    message: str
    value: object = NO_VALUE
    hint: str = ""

    def __str__(self) -> str:
        place = ":".join((ROOT, *self.path)).replace(":[", "[")
        return f"{place}: {self.message}; {self.hint}" if self.hint else f"{place}: {self.message}"

    def under(self, *path: str) -> ConfigProblem:
        """The same problem seen from further out."""
        return ConfigProblem((*path, *self.path), self.message, self.value, self.hint)


class ProblemText(str):
    """The text of a problem that still knows its problem."""

    problem: ConfigProblem

    def __new__(cls, problem: ConfigProblem) -> ProblemText:
        """The text of the problem."""
        text = super().__new__(cls, str(problem))
        text.problem = problem
        return text

    def __reduce__(self) -> tuple[object, ...]:
        return (str, (str(self),))

    @property
    def message(self) -> str:
        """The whole text."""
        return str(self)


@dataclass(frozen=True)
class Processed:
    """A config with defaults filled in and environment variables read.

    Args:
        value: what code gets; `NO_VALUE` if there are problems.
        problems: all that is wrong, in the order of the schema.

    Example:
        >>> Processed(3).or_raise("the config of 'load'")
        3
    """

    value: object
    problems: tuple[ConfigProblem, ...] = ()

    @property
    def success(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def or_raise(self, what: str) -> object:
        """The value.

        Raises:
            InvalidConfigError: there are problems; all are listed.
        """
        if self.problems:
            raise_problems(what, self.problems)
        return self.value


def raise_problems(what: str, problems: Sequence[ConfigProblem], config_value: object = None) -> NoReturn:
    """Raises one error for all problems of `what`."""
    raise problems_error(what, problems, config_value)


def problems_error(what: str, problems: Sequence[ConfigProblem], config_value: object = None) -> InvalidConfigError:
    """The one error for all problems of `what`."""
    texts = [ProblemText(problem) for problem in problems]
    lines = [f"  {position}. {text}" for position, text in enumerate(texts[:MOST_LISTED], 1)]
    if len(texts) > MOST_LISTED:
        lines.append(f"  ... and {len(texts) - MOST_LISTED} more")
    number = "1 problem" if len(texts) == 1 else f"{len(texts)} problems"
    return InvalidConfigError(
        "\n".join([f"{what} does not fit: {number}", *lines]), errors=texts, config_value=config_value
    )


def quoted(value: object) -> str:
    """A value as it is shown in a message: its `repr`, shortened, and its type where that is not plain."""
    try:
        text = _SHORT.repr(value)
    except Exception as error:  # a user's __repr__ may raise anything, and the message matters more
        return f"a {type(value).__name__} (its repr raises {type(error).__name__})"
    if len(text) > MOST_QUOTED:
        text = f"{text[:MOST_QUOTED]}…"
    plain = value is None or isinstance(value, str | int | float | list | dict)
    return text if plain else f"{text} ({type(value).__name__})"


def names(path: Path) -> tuple[str, ...]:
    """The path of a walk, outermost name first."""
    found: list[str] = []
    while path is not None:
        path, name = path
        found.append(name)
    return tuple(reversed(found))
