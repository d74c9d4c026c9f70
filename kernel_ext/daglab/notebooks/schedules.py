"""The schedules of a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from daglab.errors import InvalidDefinitionError
from daglab.notebooks.parsed import ParsedCell
from daglab.notebooks.schedule_line import CellSchedule, parse_schedule_line, schedule_lines


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleProblem:
    """A line that cannot be a schedule."""

    parsed: ParsedCell
    line: int
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundSchedules:
    """The schedules of a notebook, and what is wrong with the lines that are none."""

    schedules: tuple[CellSchedule, ...]
    problems: tuple[ScheduleProblem, ...]


def find_schedules(cells: Iterable[ParsedCell], notebook: str, keys: Iterable[str]) -> FoundSchedules:
    """Reads the `%schedule` lines of plain cells.

    Args:
        cells: of the notebook.
        notebook: its name, without a suffix.
        keys: the assets that it makes.
    """
    made = tuple(dict.fromkeys(keys))
    found: dict[str, CellSchedule] = {}
    problems = []
    for parsed, number, text in _lines(cells):
        try:
            line = parse_schedule_line(text)
        except InvalidDefinitionError as error:
            problems.append(ScheduleProblem(parsed=parsed, line=number, message=str(error)))
            continue
        name = line.name_in(notebook)
        problem = ""
        if not line.selection and not made:
            problem = "the notebook has no assets that could be made"
        elif name in found:
            problem = f"cell {found[name].cell.position} has a schedule {name!r} already; give this one a --name"
        if problem:
            problems.append(ScheduleProblem(parsed=parsed, line=number, message=f"%schedule: {problem}"))
        else:
            found[name] = CellSchedule(line=line, name=name, cell=parsed.cell, keys=made)
    return FoundSchedules(schedules=tuple(found.values()), problems=tuple(problems))


def _lines(cells: Iterable[ParsedCell]) -> Iterator[tuple[ParsedCell, int, str]]:
    for parsed in cells:
        if parsed.role == "plain":
            for number, text in schedule_lines(parsed.names.module):
                yield parsed, number, text
