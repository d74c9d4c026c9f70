"""The materializations of an asset, and the beginning of a value, on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from daglab.cli.printing import optional, print_table
from daglab.definitions.metadata import metadata_to_json
from daglab.foundation.text import format_age, format_bytes, format_count, format_duration
from daglab.records.assets import Materialization, RemovedValue
from daglab.views.runs import moment

_SHOWN_KINDS = ("text", "int", "float", "bool", "url", "path", "timestamp")


def print_whole_history(history: list[tuple[int, Materialization]], removals: Mapping[int, RemovedValue]) -> None:
    """Prints all materializations of an asset, newest first, each with all that says which one it is.

    Args:
        history: these, with the ids of their events.
        removals: those whose values were removed.
    """
    if not history:
        return
    click.echo()
    headings = ("#", "made", "partition", "rows", "took", "size", "version", "code", "run", "value")
    rows = [
        (*_long_row(place, one), _told_removal(removals[number]) if number in removals else "")
        for place, (number, one) in enumerate(history, 1)
    ]
    print_table(headings, rows, right=("rows", "took", "size", "#"))


def _told_removal(removed: RemovedValue) -> str:
    return f"removed {format_age(removed.at, datetime.now(UTC))}"


def print_history(history: list[Materialization]) -> None:
    """Prints the latest materializations of an asset, newest first, and the metadata of the last one."""
    if not history:
        return
    click.echo()
    headings = ("made", "rows", "took", "size", "version", "run")
    print_table(headings, [_row(one) for one in history], right=("rows", "took", "size"))
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
