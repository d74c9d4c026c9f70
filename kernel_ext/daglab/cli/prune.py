"""`daglab prune`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

import click

from daglab.cli.opening import opened
from daglab.cli.printing import json_option, print_json, print_table
from daglab.foundation.text import format_bytes, format_count, plural
from daglab.orchestration.retention import GRACE, PrunedAsset
from daglab.orchestration.retention import prune as prune_values
from daglab.orchestration.settings import Retention

_GRACE = int(GRACE.total_seconds() // 60)


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@click.option("--keep", type=click.IntRange(1), help="Keep the latest so many values of each asset or partition.")
@click.option("--days", type=click.IntRange(1), help="Keep all values that are not older.")
@click.option(
    "--grace",
    type=click.IntRange(0),
    default=_GRACE,
    show_default=True,
    help="Minutes for which a value that was replaced stays in any case.",
)
@json_option
def prune(dry_run: bool, keep: int | None, days: int | None, grace: int, as_json: bool) -> None:
    """Removes old values, as [tool.daglab.retention] says or as told here; their history stays.

    The latest value of an asset or partition stays, and so do values that are the same bytes as one that stays, and
    those that a run which is going on may still read. Whatever one of the limits keeps stays.
    """
    with opened() as instance:
        told = Retention(materializations=keep, days=days)
        retention = instance.home.settings.retention if told == Retention() else told
        found = prune_values(instance, retention, dry_run=dry_run, grace=timedelta(minutes=grace))
    if as_json:
        print_json({"dry_run": dry_run, "assets": [asdict(one) for one in found]})
    else:
        _print(found, dry_run=dry_run)


def _print(found: list[PrunedAsset], *, dry_run: bool) -> None:
    if not found:
        click.echo("There is nothing to remove.")
        return
    headings = ("asset", "kept", "would go" if dry_run else "removed", "size")
    rows = [(one.key, format_count(one.kept), format_count(one.removed), format_bytes(one.size)) for one in found]
    print_table(headings, rows, right=headings[1:])
    values, size = sum(one.removed for one in found), format_bytes(sum(one.size for one in found))
    click.echo(f"\n{plural(values, 'value')}, {size}, {'would be removed' if dry_run else 'removed'}.")
