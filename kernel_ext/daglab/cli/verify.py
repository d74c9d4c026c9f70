"""`daglab verify`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from daglab.cli.main import FAILED
from daglab.cli.opening import loaded_from, opened, surroundings, told_findings
from daglab.cli.printing import clean_output, json_option, print_json, printable
from daglab.foundation.text import plural
from daglab.orchestration.notebook_index import NotebookIndex
from daglab.orchestration.requests import EVERYTHING, MaterializeRequest
from daglab.orchestration.verification import Agreement, VerifiedAsset
from daglab.orchestration.verification import verify as verify_assets

_COLOURS = {
    Agreement.SAME: "green",
    Agreement.DIFFERS: "red",
    Agreement.NEVER: "yellow",
    Agreement.FAILED: "red",
    Agreement.LEFT_OUT: "yellow",
}


@click.command()
@click.argument("selection", metavar="[NOTEBOOK] [SELECTION]", nargs=-1)
@click.option("--processes", "-j", type=click.IntRange(1, 256), help="How many steps go side by side.")
@json_option
def verify(selection: tuple[str, ...], processes: int | None, as_json: bool) -> int:
    """Makes assets once more, in a clean process, and compares them with what is recorded.

    What is recorded stays as it is. Where something differs, it says what and why, and the exit code is 1.

    NOTEBOOK is a notebook (.ipynb or .py); without it, all of the workspace is meant. Without a SELECTION: all assets.
    What is not selected is read as it is recorded.
    """
    notebook, selection = _divided(selection)
    with opened(notebook) as instance:
        with clean_output():
            index = NotebookIndex.reading(instance.home)
            specs, own = surroundings(instance, notebook, index)
            workspace = loaded_from(specs, own, index)
        request = MaterializeRequest(
            locations=specs,
            own=own,
            selection=" ".join(selection) or EVERYTHING,
            force=True,
            processes=processes or instance.home.settings.processes,
            launched_by="command line",
        )
        with clean_output():
            found = verify_assets(instance, request, workspace)
    if as_json:
        print_json({"assets": [_json_of(one) for one in found], "same": all(one.is_fine for one in found)})
    else:
        _print(found)
    broken = told_findings(workspace)
    return broken or (0 if all(one.is_fine for one in found) else FAILED)


def _divided(words: tuple[str, ...]) -> tuple[Path | None, tuple[str, ...]]:
    """The notebook, where the first word is one, and the words of the selection."""
    if words and words[0].endswith((".ipynb", ".py")):
        return Path(words[0]), words[1:]
    return None, words


def _print(found: list[VerifiedAsset]) -> None:
    for one in found:
        word = click.style(f"{one.agreement:9}", fg=_COLOURS[one.agreement])
        click.echo(f"{word} {printable(one.key)}")
        for cause in one.causes:
            click.echo(f"          {printable(cause)}")
        for line in one.difference.lines() if one.difference is not None else ():
            click.echo(f"          - {printable(line)}")
    if not found:
        click.echo("There are no assets here: start a cell with %%asset.")
        return
    bad = [one for one in found if not one.is_fine]
    left_out = [one for one in found if one.agreement is Agreement.LEFT_OUT]
    click.echo()
    if bad:
        click.echo(f"{len(bad)} of {plural(len(found), 'asset')} not as recorded.")
    else:
        click.echo(f"{plural(len(found) - len(left_out), 'asset')} as recorded.")


def _json_of(one: VerifiedAsset) -> dict[str, Any]:
    return {
        "asset": one.key,
        "agreement": one.agreement.value,
        "causes": list(one.causes),
        "recorded_version": one.recorded.data_version if one.recorded else None,
        "recorded_run_id": one.recorded.run_id if one.recorded else None,
        "remade_version": one.remade.data_version if one.remade else None,
        "difference": one.difference.to_json() if one.difference is not None else None,
    }
