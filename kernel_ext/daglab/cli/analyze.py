"""`daglab analyze`."""

from __future__ import annotations

from pathlib import Path

import click

from daglab.cli.main import FAILED
from daglab.cli.printing import json_text, write_output
from daglab.notebooks.cell_graph import graph_cells
from daglab.notebooks.document import read_notebook
from daglab.notebooks.hindrances import find_hindrances
from daglab.notebooks.saved_runs import read_saved_runs
from daglab.views.cell_graphs import CellGraphView, cell_graph_view
from daglab.views.shapes import to_wire
from daglab.views.static_cells import cells_to_dot, cells_to_mermaid, cells_to_svg, cells_to_text, finding_line

_FORMS = {"dot": cells_to_dot, "svg": cells_to_svg, "mermaid": cells_to_mermaid, "text": cells_to_text}


@click.command()
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice([*_FORMS, "json"]), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="A file, instead of the terminal."
)
def analyze(notebook: Path, form: str, as_json: bool, output: Path | None) -> int:
    """Draws which cell of any notebook reads what of which other, and tells what would hinder it as a pipeline.

    The notebook need not know daglab; nothing of it is run or imported. The exit code is 1 if it would fail from
    top to bottom.
    """
    graph = graph_cells(read_notebook(notebook))
    saved = read_saved_runs(notebook)
    view = cell_graph_view(graph, saved, find_hindrances(graph, saved))
    _print(view, "json" if as_json else form, output)
    return FAILED if any(one.severity == "error" for one in view.findings) else 0


def _print(view: CellGraphView, form: str, output: Path | None) -> None:
    # Beside a picture, findings go where they can be read.
    if form not in ("json", "text"):
        for one in view.findings:
            if one.severity != "info":
                click.echo(finding_line(one), err=True)
    text = json_text(to_wire(view)) if form == "json" else _FORMS[form](view)
    if output is None:
        click.echo(text)
    else:
        write_output(output, text.encode())
        click.echo(f"{output} written", err=True)
