"""The arguments of a line magic."""

from __future__ import annotations

import argparse
import shlex
from typing import NoReturn

from IPython.core.error import UsageError

from daglab.errors import suggest


class LineArguments(argparse.ArgumentParser):
    """Reads the line of a magic; what cannot be read becomes one line of text instead of an exit.

    Args:
        magic: its name, without the percent sign.
        summary: what it does.
    """

    def __init__(self, magic: str, summary: str) -> None:
        super().__init__(prog=f"%{magic}", description=summary, add_help=False, allow_abbrev=False)

    def read(self, line: str) -> argparse.Namespace:
        """Reads a line.

        Raises:
            UsageError: it cannot be read.
        """
        try:
            # Quotes belong to selections: "raw/flights", group:"my group".
            words = shlex.split(line, comments=True, posix=False)
        except ValueError as error:
            self.error(f"{line!r}: {str(error).lower()}")
        found, rest = self.parse_known_args(words)
        if rest:
            options = [option for action in self._actions for option in action.option_strings]
            advice = suggest(rest[0], options) or f"usage: {self.one_line}"
            self.error(f"{rest[0]!r} is not known; {advice}")
        return found

    @property
    def one_line(self) -> str:
        """How it is written."""
        return " ".join(self.format_usage().removeprefix("usage:").split())

    def error(self, message: str) -> NoReturn:
        """Says what is wrong, in one line."""
        raise UsageError(f"{self.prog}: {message}")
