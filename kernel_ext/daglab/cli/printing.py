"""Tables and JSON on the terminal."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import click

from daglab.errors import InvalidInvocationError
from daglab.foundation.files import write_atomically

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def json_text(data: object) -> str:
    """JSON for other programs."""
    return json.dumps(data, ensure_ascii=False, indent=2)


def write_output(path: Path, content: bytes) -> None:
    """Writes the file that `--output` names, at once or not at all.

    Raises:
        InvalidInvocationError: it cannot be written.
    """
    try:
        write_atomically(path, content)
    except OSError as error:
        raise InvalidInvocationError(
            f"{path} cannot be written: {error.strerror}", hint="name a file in a folder that you may write to, with -o"
        ) from None


def print_json(data: object) -> None:
    """Prints JSON for other programs."""
    click.echo(json_text(data))


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[str] = ()) -> None:
    """Prints an aligned table.

    Args:
        headings: one a column.
        rows: cells as text.
        right: the columns that hold numbers.
    """
    widths = [max(map(width, column)) for column in zip(headings, *rows, strict=True)]
    for number, row in enumerate((headings, *rows)):
        cells = [
            _pad(printable(cell), size, to_right=heading in right)
            for cell, size, heading in zip(row, widths, headings, strict=True)
        ]
        line = "  ".join(cells).rstrip()
        click.echo(click.style(line, bold=True) if number == 0 else line)


def width(text: str) -> int:
    """How many columns a text takes on a terminal."""
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in printable(text))


def printable(text: str) -> str:
    """One line without control characters: what a name or a message holds must not move the cursor."""
    line = " ".join(text.splitlines())
    return "".join(one if one.isprintable() else "�" for one in line)


def styled_status(status: str) -> str:
    """A status in its colour."""
    colour = _COLOURS.get(status)
    return click.style(status, fg=colour) if colour else status


_COLOURS = {
    "fresh": "green",
    "SUCCESS": "green",
    "stale": "yellow",
    "missing": "yellow",
    "running": "blue",
    "STARTED": "blue",
    "STARTING": "blue",
    "failed": "red",
    "FAILURE": "red",
    "CANCELED": "magenta",
}


def _pad(text: str, size: int, *, to_right: bool) -> str:
    gap = " " * (size - width(text))
    return gap + text if to_right else text + gap


@contextmanager
def clean_output() -> Iterator[None]:
    """Sends to standard error what user code writes to standard output meanwhile, its child processes included."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def is_terminal() -> bool:
    """Whether a person looks at our output while it appears."""
    return sys.stdout.isatty()


def optional(value: Any, form: Callable[[Any], str]) -> str:
    """A value as text, or nothing for None."""
    return "" if value is None else form(value)
