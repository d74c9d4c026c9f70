"""`daglab graph`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from daglab.cli.opening import file_option, looked_at, opened, told_findings
from daglab.cli.printing import json_text, write_output
from daglab.views.shapes import GraphView, to_wire
from daglab.views.static import to_dot, to_mermaid, to_svg, to_text

_FORMS = {"dot": to_dot, "svg": to_svg, "mermaid": to_mermaid, "text": to_text}


@click.command()
@file_option
@click.option("--format", "form", type=click.Choice([*_FORMS, "json"]), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="A file, instead of the terminal."
)
def graph(file: Path | None, form: str, as_json: bool, output: Path | None) -> int:
    """Draws the graph of a notebook or of the workspace.

    No cell is run for it but those that define assets in Python.
    """
    with opened(file) as instance:
        view, workspace = looked_at(instance, file)
    _print(view, "json" if as_json else form, output)
    return told_findings(workspace)


def _print(view: GraphView, form: str, output: Path | None) -> None:
    # What is wrong is told beside the drawing, for every form of it.
    text = json_text(to_wire(view)) if form == "json" else _FORMS[form](replace(view, findings=[]))
    if output is None:
        click.echo(text)
    else:
        write_output(output, text.encode())
        click.echo(f"{output} written", err=True)
