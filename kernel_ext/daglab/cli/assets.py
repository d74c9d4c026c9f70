"""`daglab assets` and `daglab asset`: how assets stand, and what they were."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from daglab.cli.asset_history import history_json, print_history, print_preview, print_whole_history
from daglab.cli.asset_versions import compare, load
from daglab.cli.opening import file_option, looked_at, opened, told_findings
from daglab.cli.printing import json_option, optional, print_json, print_table, styled_status
from daglab.errors import InvalidSubsetError, suggest
from daglab.foundation.text import format_age, format_bytes, format_count
from daglab.io_managers.preview import preview
from daglab.orchestration.instance import Instance
from daglab.views.shapes import AssetView, GraphView, to_wire


@click.command()
@file_option
@json_option
def assets(file: Path | None, as_json: bool) -> int:
    """Lists the assets of a notebook or of the workspace, and how each one stands."""
    with opened(file) as instance:
        view, workspace = looked_at(instance, file)
    if as_json:
        print_json([to_wire(one) for one in view.assets])
    else:
        print_table(
            ("asset", "status", "rows", "seconds", "size", "made", "why"),
            [_row(one) for one in view.assets],
            right=("rows", "seconds", "size"),
        )
    return told_findings(workspace)


@click.group()
def asset() -> None:
    """One asset."""


asset.add_command(load)
asset.add_command(compare)


@asset.command()
@click.argument("key")
@file_option
@click.option("--rows", default=5, show_default=True, type=click.IntRange(0, 1000), help="Rows of the preview.")
@click.option("--history", "whole", is_flag=True, help="All materializations, not only the last ten.")
@json_option
def show(key: str, file: Path | None, rows: int, whole: bool, as_json: bool) -> None:
    """Shows one asset: how it stands, its history, its metadata, the beginning of its value."""
    with opened(file) as instance:
        view, workspace = looked_at(instance, file)
        found = next((one for one in view.assets if one.key == key), None)
        history = instance.store.materializations(key, limit=None if whole else 10)
        if found is None and not history:
            nearest = suggest(key, [one.key for one in view.assets])
            broken = f"not everything could be read: {workspace.errors[0]}" if workspace.errors else ""
            hint = nearest or broken or "`daglab assets` lists what there is"
            raise InvalidSubsetError(f"there is no asset {key!r}", hint=hint)
        shown = None if whole and not as_json else _preview(instance, found, rows)
        if as_json:
            print_json(
                {
                    "asset": to_wire(found) if found else None,
                    "history": [history_json(one) for _, one in history],
                    "preview": shown,
                }
            )
            return
        _print_asset(key, found, view)
        if whole:
            print_whole_history(history, instance.store.removals(key))
        else:
            print_history([one for _, one in history])
            print_preview(shown)


def _row(one: AssetView) -> tuple[str, ...]:
    made = datetime.fromisoformat(one.materialized_at) if one.materialized_at else None
    return (
        one.key,
        one.status,
        optional(one.rows, format_count),
        optional(one.seconds, lambda seconds: f"{seconds:.2f}"),
        optional(one.bytes, format_bytes),
        optional(made, lambda at: format_age(at, datetime.now(UTC))),
        "; ".join(filter(None, (one.error or one.reason, *_failed_checks(one)))),
    )


def _failed_checks(one: AssetView) -> list[str]:
    return [f"its check {check.name!r} failed" for check in one.checks if check.passed is False]


def _print_asset(key: str, found: AssetView | None, view: GraphView) -> None:
    click.echo(click.style(key, bold=True) + (f"  {styled_status(found.status)}" if found else "  not defined here"))
    if found is None:
        return
    for line in filter(None, (found.description, found.reason, found.error)):
        click.echo(f"  {line}")
    place = found.location + (f", cell {found.cell}" if found.cell else "")
    click.echo(f"  defined in {place or 'nothing here'}")
    for word, keys in (
        ("needs", [edge.source for edge in view.edges if edge.target == key]),
        ("needed by", [edge.target for edge in view.edges if edge.source == key]),
    ):
        click.echo(f"  {word} {', '.join(keys) or 'nothing'}")
    for check in found.checks:
        verdict = {None: "not run", True: "passed", False: f"failed: {check.message}".rstrip(": ")}[check.passed]
        click.echo(f"  check {check.name}: {verdict}")


def _preview(instance: Instance, found: AssetView | None, rows: int) -> dict[str, Any] | None:
    if found is None or found.materialized_at is None or found.status == "missing" or rows == 0:
        return None
    made = instance.materialization(found.key)
    return preview(instance.load(found.key), rows=rows) if made.stored else None
