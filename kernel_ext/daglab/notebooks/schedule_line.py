"""`%schedule`: a line of a plain cell that says when assets are made."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from daglab.definitions.asset_job import define_asset_job
from daglab.definitions.asset_key import AssetKey
from daglab.definitions.asset_selection.selection import AssetSelection
from daglab.definitions.automation.schedule_definition import DefaultScheduleStatus, ScheduleDefinition
from daglab.foundation.cron import is_valid_cron, zone_of
from daglab.notebooks.directive_arguments import DirectiveArguments, is_name
from daglab.notebooks.document import Cell
from daglab.notebooks.magic_calls import ipython_call

SCHEDULE_USAGE = """\
%schedule CRON [SELECTION]   assets are to be made at these times: "0 6 * * 1-5", @daily.
                          Without a SELECTION: all assets of this notebook.
  --name NAME             what it is called; NOTEBOOK_schedule by default. Its job is NAME_job.
  --timezone ZONE         in which the times are meant, such as Europe/Zurich; UTC by default
  --running               it runs before anybody has started it

The line belongs to the notebook's definitions whether or not it was run; to run it shows the next times."""

SCHEDULE_OPTIONS = ("--name", "--timezone")
SCHEDULE_FLAGS = ("--running",)


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleLine:
    """What a `%schedule` line says; no selection means all assets of the notebook."""

    cron: str
    selection: str = ""
    name: str | None = None
    timezone: str | None = None
    is_running: bool = False

    def name_in(self, notebook: str) -> str:
        """Its name in a notebook of that name."""
        return self.name or re.sub(r"\W", "_", f"{notebook}_schedule")


@dataclass(frozen=True, kw_only=True, slots=True)
class CellSchedule:
    """A schedule of a notebook; `keys` are all the assets that the notebook makes."""

    line: ScheduleLine
    name: str
    cell: Cell
    keys: tuple[str, ...]

    def definition(self) -> ScheduleDefinition:
        """The schedule, and the job that it asks for.

        Raises:
            DaglabError: its selection cannot be read.
        """
        selection: Any = self.line.selection or AssetSelection.assets(*map(AssetKey.from_user_string, self.keys))
        status = DefaultScheduleStatus.RUNNING if self.line.is_running else DefaultScheduleStatus.STOPPED
        return ScheduleDefinition(
            name=self.name,
            cron_schedule=self.line.cron,
            execution_timezone=self.line.timezone,
            job=define_asset_job(f"{self.name}_job", selection=selection),
            default_status=status,
        )


def parse_schedule_line(line: str) -> ScheduleLine:
    """Reads what follows `%schedule`.

    Raises:
        InvalidDefinitionError: the line cannot be read; all its problems are named at once.

    Example:
        >>> parse_schedule_line('"0 6 * * *" group:raw --timezone Europe/Zurich').selection
        'group:raw'
    """
    given = DirectiveArguments(
        line, magic="%schedule", usage=SCHEDULE_USAGE, options=SCHEDULE_OPTIONS, flags=SCHEDULE_FLAGS
    )
    words = given.words
    given.check(bool(words), 'it does not say when: write %schedule "0 6 * * *", or %schedule @daily')
    cron, selection = (words[0], " ".join(words[1:])) if words else ("", "")
    if words and not is_valid_cron(cron):
        unquoted = is_valid_cron(" ".join(words[:5]))
        advice = "put the five fields into quotes" if unquoted else 'write "0 6 * * 1-5", or @daily'
        given.check(False, f"{cron!r} are no times; {advice}")
    name, zone = given.text("--name"), given.text("--timezone")
    given.check(name is None or is_name(name), f"{name!r} cannot be the name of a schedule")
    try:
        zone_of(zone or "UTC")
    except ValueError as error:
        given.check(False, str(error))
    given.raise_problems()
    return ScheduleLine(cron=cron, selection=selection, name=name, timezone=zone, is_running="--running" in given.flags)


def schedule_lines(module: ast.Module) -> Iterator[tuple[int, str]]:
    """The `%schedule` lines of a cell, by number."""
    for node in module.body:
        call = node.value if isinstance(node, ast.Expr) else None
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            found = ipython_call(call, call.func)
            if found is not None and (found.method, found.magic) == ("run_line_magic", "schedule"):
                line = " ".join(found.arguments)
                if not re.match(r"\s*(?:\?|--help\b|-h\b)", line):
                    yield node.lineno, line
