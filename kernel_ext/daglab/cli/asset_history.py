"""The materializations of an asset, and the beginning of a value, on the terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from daglab.cli.printing import optional, print_table
from daglab.definitions.metadata import metadata_to_json
from daglab.foundation.text import format_age, format_bytes, format_count, format_duration
from daglab.records.assets import Materialization
from daglab.views.runs import moment

_SHOWN_KINDS = ("text", "int", "float", "bool", "url", "path", "timestamp")


def print_history(history: list[Materialization], *, whole: bool) -> None:
    """Prints the materializations of an asset, newest first.

    Args:
        history: these.
        whole: whether each one is told with all that says which one it is, instead of the metadata of the last one.
    """
    if not history:
        return
    click.echo()
    rows = [_long_row(place, one) if whole else _row(one) for place, one in enumerate(history, 1)]
    right = ("rows", "took", "size", "#")
    if whole:
        headings = ("#", "made", "partition", "rows", "took", "size", "version", "code", "run")
        print_table(headings, rows, right=right)
        return
    print_table(("made", "rows", "took", "size", "version", "run"), rows, right=right)
    for name, entry in history[0].metadata.items():
        if entry.kind in _SHOWN_KINDS:
            click.echo(f"  {name}: {entry.value}")


def _row(one: Materialization) -> tuple[str, ...]:
    return (
        format_age(one.at, datetime.now(UTC)),
        *_figures(one),
        one.data_version[:8],
        one.run_id[:13],
    )


def _long_row(place: int, one: Materialization) -> tuple[str, ...]:
    return (
        str(-place),
        one.at.astimezone().isoformat(" ", "seconds"),
        one.partition,
        *_figures(one),
        one.data_version[:12],
        one.code_version[:8],
        one.run_id,
    )


def _figures(one: Materialization) -> tuple[str, str, str]:
    return (
        optional(one.stored.rows if one.stored else None, format_count),
        optional(one.seconds, format_duration),
        optional(one.stored.size if one.stored else None, format_bytes),
    )


def print_preview(shown: dict[str, Any] | None) -> None:
    """Prints the beginning of a value."""
    if shown is None:
        return
    click.echo()
    if "head" in shown:
        headings = [str(column["name"]) for column in shown["columns"]]
        cells = [[("" if cell is None else cell)[:30] for cell in row[: len(headings)]] for row in shown["head"]]
        print_table(headings, cells)
    else:
        click.echo(shown["text"])


def history_json(one: Materialization) -> dict[str, Any]:
    """A materialization for other programs."""
    return {
        "at": moment(one.at),
        "run_id": one.run_id,
        "partition": one.partition or None,
        "data_version": one.data_version,
        "code_version": one.code_version,
        "input_versions": dict(one.input_versions),
        "seconds": one.seconds,
        "rows": one.stored.rows if one.stored else None,
        "bytes": one.stored.size if one.stored else None,
        "metadata": metadata_to_json(one.metadata),
    }
