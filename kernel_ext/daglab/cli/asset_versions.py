"""`daglab asset load` and `daglab asset compare`: values as they are, and as they were."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import click

from daglab.cli.asset_history import history_json, print_preview
from daglab.cli.opening import file_option, loaded, opened
from daglab.cli.printing import clean_output, json_option, print_json, printable
from daglab.definitions.nodes import DEFAULT_IO_MANAGER_KEY
from daglab.io_managers.preview import preview
from daglab.orchestration.comparing import compare_versions
from daglab.orchestration.instance import Instance
from daglab.records.assets import Materialization

partition_option = click.option("--partition", help="The partition; by default the one that was made last.")


@click.command()
@click.argument("key")
@file_option
@click.option("--version", "version", default="-1", help='"-2" for the one before the latest, or a data version.')
@click.option("--as-of", "as_of", help='What was the latest by then: "2026-01-31", "2026-01-31T09:30".')
@click.option("--run", "run_id", help="What this run made; the start of its id is enough.")
@partition_option
@click.option("--rows", default=5, show_default=True, type=click.IntRange(0, 1000), help="Rows of the preview.")
@json_option
def load(
    key: str,
    file: Path | None,
    version: str,
    as_of: str | None,
    run_id: str | None,
    partition: str | None,
    rows: int,
    as_json: bool,
) -> None:
    """Shows the beginning of a value of an asset: the latest one, or an earlier one.

    A day counts to its end, and a time without a zone is in that of this machine. In Python: daglab.load(KEY, ...).
    """
    with opened(file) as instance:
        made = instance.materialization(
            key, version=as_version(version), as_of=as_of, run_id=run_id, partition_key=partition
        )
        with clean_output():
            value = instance.load_made(made, resources=_resources(instance, file, made))
            shown = preview(value, rows=rows)
    if as_json:
        print_json({"asset": key, "materialization": history_json(made), "preview": shown})
        return
    click.echo(f"{click.style(key, bold=True)}  {made.data_version}, made {made.at.astimezone():%Y-%m-%d %H:%M:%S%z}")
    print_preview(shown)


@click.command(context_settings={"ignore_unknown_options": True})  # "-2" looks like one
@click.argument("key")
@click.argument("before", default="-2")
@click.argument("after", default="-1")
@file_option
@partition_option
@json_option
def compare(key: str, before: str, after: str, file: Path | None, partition: str | None, as_json: bool) -> None:
    """Compares two materializations of an asset; by default the last two.

    BEFORE and AFTER are -1 for the latest, -2 for the one before, and so on, or data versions.
    """
    with opened(file) as instance:
        ends = (as_version(before), as_version(after))
        last = instance.materialization(key, version=ends[1], partition_key=partition)
        with clean_output():
            resources = _resources(instance, file, last)
            found = compare_versions(instance, key, *ends, partition_key=partition, resources=resources)
    if as_json:
        print_json(found.to_json())
    else:
        for line in repr(found).splitlines():
            click.echo(printable(line))


def as_version(text: str) -> int | str:
    """A version as it is written on the command line."""
    return int(text) if re.fullmatch(r"-[0-9]{1,9}", text) else text


def _resources(instance: Instance, file: Path | None, made: Materialization) -> Mapping[str, object]:
    """The IO managers of the workspace, where one of them may keep the value: loading it may run code."""
    if made.stored is not None and made.io_manager_key == DEFAULT_IO_MANAGER_KEY:
        return {}
    return loaded(instance, file).resources
