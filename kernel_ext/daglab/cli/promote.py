"""`daglab promote`."""

from __future__ import annotations

from pathlib import Path

import click

from daglab.cli.printing import write_output
from daglab.errors import InvalidInvocationError, NotebookError
from daglab.foundation.text import plural
from daglab.notebooks.document import Notebook, parse_content, read_notebook, read_text
from daglab.notebooks.parsed import parse_cells
from daglab.notebooks.promotion import Promotion, promote, promoted_notebook
from daglab.notebooks.source_places import with_first_lines


@click.command("promote")
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="NAME-pipeline.ipynb if left out."
)
@click.option("--force", is_flag=True, help="Replace the output if it is there already.")
@click.option("--dry-run", is_flag=True, help="Tell what becomes of every cell, and write nothing.")
@click.option("--diff", is_flag=True, help="Show the lines that would be written, and write nothing.")
def promote_command(notebook: Path, output: Path | None, force: bool, dry_run: bool, diff: bool) -> int:
    """Writes a copy of a plain notebook in which cells are assets.

    Cells that make values get a line %%asset; nothing else of the file changes by a byte. A cell becomes an asset
    only if the pipeline makes the values that the notebook makes from top to bottom.
    """
    read = read_notebook(notebook)
    text = _text(notebook, read)
    found = promote(read)
    if dry_run:
        _tell_choices(found)
    _refuse_errors(notebook, found)
    if diff:
        _show_lines(notebook, read, found)
    if dry_run or diff:
        return 0
    target = output or notebook.with_name(f"{notebook.stem}-pipeline.ipynb")
    if target.exists() and not force:
        raise InvalidInvocationError(f"{target} is there already", hint="name another file with -o, or add --force")
    lines = {one.cell: one.line for one in found.assets}
    changed = with_first_lines(text, lines)
    _check(notebook, changed, promoted_notebook(read, lines))
    write_output(target, changed.encode("utf-8", errors="surrogatepass"))
    names = ", ".join(name for one in found.assets for name in one.names)
    click.echo(f"{target} written: {plural(sum(len(one.names) for one in found.assets), 'asset')} ({names})")
    click.echo(f"daglab materialize -f {target} makes them; in a notebook, run %load_ext daglab first")
    return 0


def _text(path: Path, notebook: Notebook) -> str:
    """The text of the file, line ends and all.

    Raises:
        NotebookError: it is no plain notebook of nbformat 4.
    """
    if path.suffix == ".py":
        raise NotebookError("a .py file, and only an .ipynb is promoted", path=str(path), hint="write %%asset yourself")
    content = parse_content(read_text(path), path)
    if not isinstance(content.get("cells"), list):
        raise NotebookError(
            f"its nbformat is {content.get('nbformat')!r}, and only 4 can be promoted",
            path=str(path),
            hint="save it in JupyterLab, or convert it: jupyter nbconvert --to notebook",
        )
    taken = [str(one.cell.position) for one in parse_cells(notebook) if one.role != "plain"]
    if taken:
        raise NotebookError(
            f"it is a pipeline already (cells {', '.join(taken)})",
            path=str(path),
            hint="promote is for plain notebooks; daglab graph draws this one",
        )
    return path.read_bytes().decode("utf-8")


def _refuse_errors(path: Path, found: Promotion) -> None:
    if found.errors:
        told = "\n".join(f"  cell {one.cell}: {one.message}" for one in found.errors)
        raise NotebookError(
            f"as a pipeline it would have errors\n{told}\n", path=str(path), hint="mend or delete these cells first"
        )
    if not found.assets:
        told = "\n".join(f"  cell {one.cell}: {one.reason}" for one in found.choices) or "  it has no code cells"
        raise NotebookError(
            f"no cell can become an asset\n{told}\n", path=str(path), hint="write %%asset into a cell of your choice"
        )


def _check(path: Path, changed: str, expected: Notebook) -> None:
    """Makes sure that the text that will be written holds just what was decided and analyzed."""
    cells = parse_content(changed.removeprefix("\ufeff"), path)["cells"]
    for cell, wanted in zip(cells, expected.cells, strict=True):
        source = cell.get("source", "")
        written = source if isinstance(source, str) else "".join(source)
        if written.replace("\r\n", "\n") != wanted.source.replace("\r\n", "\n"):
            raise NotebookError(
                f"cell {wanted.position} could not be changed as intended; nothing was written",
                path=str(path),
                hint="save the notebook again in JupyterLab, and try again",
            )


def _tell_choices(found: Promotion) -> None:
    for one in found.choices:
        click.echo(f"cell {one.cell}: " + (one.line if one.names else f"stays plain: {one.reason}"))


def _show_lines(path: Path, notebook: Notebook, found: Promotion) -> None:
    sources = {cell.position: cell.source for cell in notebook.cells}
    click.echo(f"--- {path}\n+++ {path.stem}-pipeline.ipynb")
    for one in found.assets:
        click.echo(f"@@ cell {one.cell} @@\n{click.style(f'+{one.line}', fg='green')}")
        for line in sources[one.cell].splitlines()[:3]:
            click.echo(f" {line}")
