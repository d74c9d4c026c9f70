"""The words and options on the first line of a cell."""

from __future__ import annotations

import keyword
import re
import shlex
from collections.abc import Callable, Mapping, Sequence

from daglab.definitions.retries import RetryPolicy
from daglab.errors import InvalidDefinitionError, suggest
from daglab.notebooks.retry_option import parse_retry

_KEY_PART = re.compile(r"[\w.\-]+")


class DirectiveArguments:
    """The words and options of one line, and the problems met while reading them.

    Args:
        line: what follows the magic's name.
        magic: its name, percent signs included.
        usage: how it is written.
        options: those that take a value.
        flags: those that take none.
        aliases: other names of options.
    """

    def __init__(
        self,
        line: str,
        *,
        magic: str,
        usage: str,
        options: Sequence[str],
        flags: Sequence[str],
        aliases: Mapping[str, str] | None = None,
    ) -> None:
        self._aliases = aliases or {}
        self.words: list[str] = []
        self.flags: set[str] = set()
        self._magic = magic
        self._usage = usage
        self._values: dict[str, list[str]] = {}
        self._problems: list[str] = []
        self._hints: list[str] = []
        try:
            # On Windows users write paths with backslashes, but never here: keys have slashes.
            tokens = shlex.split(line)
        except ValueError as error:
            tokens = []
            self._problems.append(f"{line!r} cannot be read: {str(error).lower()}")
        self._take(tokens, options, flags)

    def _take(self, tokens: list[str], options: Sequence[str], flags: Sequence[str]) -> None:
        rest = iter(tokens)
        for token in rest:
            option, equals, value = token.partition("=")
            if token.startswith("#"):
                return
            if not token.startswith("-"):
                self.words.append(token)
            elif option in flags and not equals:
                self.flags.add(option)
            elif option in options:
                value = value if equals else next(rest, "")
                # "--deps a, b" is what people type.
                while value.endswith(","):
                    following = next(rest, "")
                    value = value + following if following else value.rstrip(",")
                self.check(bool(value) and not value.startswith("--"), f"{option} needs a value")
                self._values.setdefault(self._aliases.get(option, option), []).append(value)
            else:
                self._refuse(option, [*options, *flags])

    def _refuse(self, option: str, known: Sequence[str]) -> None:
        if option in ("--help", "-h"):
            self._problems.append(f"how it is written:\n{self._usage}")
            return
        self._problems.append(f"there is no option {option!r}")
        self._hints.append(suggest(option, known) or f"the options are {', '.join(known)}")

    def check(self, well: bool, problem: str) -> None:
        """Notes a problem unless all is well."""
        if not well:
            self._problems.append(problem)

    def judge(self, check: Callable[..., object], *given: object) -> None:
        """Notes what a check of definitions raises, and what it says to do."""
        try:
            check(*given)
        except InvalidDefinitionError as error:
            self._problems.append(error.message)
            self._hints.append(error.hint)

    def raise_problems(self) -> None:
        """Raises InvalidDefinitionError with all problems at once, if there are any."""
        if self._problems:
            hint = (
                "; ".join(dict.fromkeys(filter(None, self._hints))) or f"{self._magic} --help shows how it is written"
            )
            raise InvalidDefinitionError(f"{self._magic}: {'; '.join(self._problems)}", hint=hint)

    def text(self, option: str) -> str | None:
        """The value of an option; None where it is not given."""
        values = self._values.get(option, [])
        self.check(len(values) < 2, f"{option} is given twice")
        return values[-1] if values else None

    def words_of(self, option: str) -> tuple[str, ...]:
        """The values of an option that are separated by commas, each once."""
        joined = ",".join(self._values.get(option, ()))
        return tuple(dict.fromkeys(word.strip() for word in joined.split(",") if word.strip()))

    def keys(self, option: str) -> tuple[str, ...]:
        """The asset keys that an option lists."""
        keys = self.words_of(option)
        for key in keys:
            self.check(is_key(key), f"{key!r} cannot be an asset key")
        return keys

    def key(self, option: str) -> str | None:
        """The asset key, or the beginning of one, that an option gives."""
        key = self.text(option)
        if key is not None:
            key = key.strip("/")
            self.check(is_key(key), f"{key!r} cannot be part of an asset key")
        return key

    def retry(self, option: str) -> RetryPolicy | None:
        """The retry policy that an option gives."""
        text = self.text(option)
        try:
            return parse_retry(text) if text is not None else None
        except ValueError as error:
            self._problems.append(f"{option} {error}")
            return None

    def mapping(
        self,
        option: str,
        is_left: Callable[[str], bool],
        shape: str,
        is_right: Callable[[str], bool] = lambda _: True,
    ) -> Mapping[str, str]:
        """The pairs that an option lists, each written NAME=SOMETHING."""
        pairs: dict[str, str] = {}
        for word in self.words_of(option):
            left, equals, right = word.partition("=")
            well = bool(equals) and is_left(left) and is_right(right)
            self.check(well, f"{option} takes {shape}, not {word!r}")
            self.check(left not in pairs, f"{option} names {left!r} twice")
            pairs[left] = right
        return pairs


def is_name(word: str) -> bool:
    """Whether a word can be the name of a variable."""
    return word.isidentifier() and not keyword.iskeyword(word)


def is_key(key: str) -> bool:
    """Whether a text can be an asset key."""
    return all(_KEY_PART.fullmatch(part) for part in key.split("/"))
