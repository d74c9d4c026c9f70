"""Which cells were run in this kernel, and what the notebook is when they are taken into account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from daglab.magics.execution_order import CellRun
from daglab.notebooks.directive import AssetDirective, CheckDirective, split_directive
from daglab.notebooks.document import Cell, Notebook
from daglab.notebooks.function_cells import function_cell
from daglab.notebooks.naming import output_candidates
from daglab.notebooks.parsed import parse_cells


@dataclass(frozen=True, kw_only=True)
class ExecutedCell:
    """A cell as it was last run.

    Args:
        key: the same for every run of the same cell: the front end's id, or a name that the log has given.
        source: its text, the directive included.
        at: when it was last run, in seconds since 1970.
        previous: the cell that was run before it when it was first run.
        has_id: whether the front end gave its id.
    """

    key: str
    source: str
    at: float
    previous: str | None = None
    has_id: bool = False


class ExecutionLog:
    """The cells that were run in one kernel, in order of their first run.

    Some front ends give cells no id. There a cell counts as run again if its text is the same, or if it makes the same
    assets; everything else is a new cell.
    """

    def __init__(self) -> None:
        self._cells: dict[str, ExecutedCell] = {}
        self._unnamed: set[str] = set()
        self._last: str | None = None
        self.revision = 0
        self.runs: list[CellRun] = []

    def __iter__(self) -> Iterator[ExecutedCell]:
        return iter(list(self._cells.values()))

    def note(
        self, source: str, *, cell_id: str | None, at: float, held: Mapping[str, tuple[str, str]] | None = None
    ) -> str:
        """Notes that a cell is run, and which assets the variables are; returns its key."""
        self.runs.append(CellRun(source=source, held=held or {}))
        key = cell_id or self._key_of(source)
        known = self._cells.get(key)
        if known is None or known.source != source:
            self.revision += 1
        previous = known.previous if known else self._last
        self._cells[key] = ExecutedCell(key=key, source=source, at=at, previous=previous, has_id=cell_id is not None)
        self._last = key
        return key

    def note_needed(self, statements: str, held: Mapping[str, tuple[str, str]]) -> None:
        """Notes statements that were run for the cell that was noted last, before its own."""
        self.runs.insert(-1, CellRun(source=statements, held=held))

    def note_end(self, *, failed_line: int | None, never_ran: bool, changed: tuple[str, ...]) -> None:
        """Notes how the cell that was noted last has ended."""
        if self.runs:
            self.runs[-1] = replace(self.runs[-1], failed_line=failed_line, never_ran=never_ran, changed=changed)

    def _key_of(self, source: str) -> str:
        identity = cell_identity(source)
        for key in self._unnamed:
            text = self._cells[key].source
            if text == source or (identity is not None and cell_identity(text) == identity):
                return key
        key = f"run-{len(self._cells) + 1}"
        self._unnamed.add(key)
        return key


@lru_cache(maxsize=1024)
def cell_identity(source: str) -> tuple[str, ...] | None:
    """What an asset or check cell makes: enough to know it again after an edit. None for other cells.

    Example:
        >>> cell_identity("%%asset\\ntotal = 1") == cell_identity("%%asset total\\ntotal = 2")
        True
    """
    if function_cell(source) is not None:
        return _function_identity(source)
    if split_directive(source)[0] is None:
        return None
    cell = Cell(id=None, position=1, kind="code", source=source)
    (parsed,) = parse_cells(Notebook(path=Path("cell"), cells=(cell,)))
    directive = parsed.directive
    if isinstance(directive, AssetDirective):
        names = directive.names or output_candidates(parsed.names)
        return ("asset", *map(directive.key_of, names)) if names else None
    if isinstance(directive, CheckDirective):
        return ("check", directive.asset, directive.name or "")
    return None


def _function_identity(source: str) -> tuple[str, ...] | None:
    found = function_cell(source)
    words = found[1].split() if found else []
    return (found[0], words[0]) if found and words and not words[0].startswith("-") else None


@dataclass(frozen=True, kw_only=True)
class LiveDocument:
    """The cells of a notebook as its kernel knows them.

    Args:
        cells: in document order, positions counted from 1.
        positions: of the cells that were run, by key.
        saved_ids: which saved cell each of them is, where it is one that has an id.
    """

    cells: tuple[Cell, ...]
    positions: Mapping[str, int] = field(default_factory=dict)
    saved_ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def executed_positions(self) -> frozenset[int]:
        """The cells that were run in this kernel."""
        return frozenset(self.positions.values())


def merge_cells(
    saved: Sequence[Cell],
    saved_at: float,
    executed: Sequence[ExecutedCell],
    *,
    known_ids: Mapping[str, str] | None = None,
    as_executed: bool = False,
) -> LiveDocument:
    """Puts what was run into what is saved.

    Of the two texts of a cell the newer one counts: an edit that was run and not saved yet, or one that was saved and
    not run yet. A cell that was run and is not in the file is new if the file is older than that run; otherwise it
    was deleted. New cells come after the one that was run before them, else at the end. Where the front end gives ids,
    what comes without one was typed into a console, and is no cell of the notebook.

    Args:
        saved: the cells of the file; none where there is no file.
        saved_at: when the file was written, in seconds since 1970.
        executed: what was run, in order of the first run.
        known_ids: what an earlier call gave as `saved_ids`; some front ends have ids of their own.
        as_executed: prefer what was run even where the file is newer: what this kernel really knows.
    """
    claims = _claims(saved, executed, known_ids or {})
    placed: list[tuple[str | None, Cell]] = []
    for index, cell in enumerate(saved):
        run = claims.get(index)
        newer = run is not None and (as_executed or run.at >= saved_at)
        placed.append((run.key if run else None, replace(cell, source=run.source) if run and newer else cell))
    claimed = {run.key for run in claims.values()}
    has_ids = any(run.has_id for run in executed)
    for run in executed:
        is_new = run.key not in claimed and (run.has_id or not has_ids)
        if is_new and (not saved or run.at >= saved_at):
            cell = Cell(id=run.key, position=0, kind="code", source=run.source)
            placed.insert(_place_after(placed, run, executed) if saved else len(placed), (run.key, cell))
    return LiveDocument(
        cells=tuple(replace(cell, position=place) for place, (_, cell) in enumerate(placed, start=1)),
        positions={key: place for place, (key, _) in enumerate(placed, start=1) if key is not None},
        saved_ids={run.key: found for index, run in claims.items() if (found := saved[index].id) is not None},
    )


def _claims(
    saved: Sequence[Cell], executed: Sequence[ExecutedCell], known_ids: Mapping[str, str]
) -> dict[int, ExecutedCell]:
    """Which saved cell each executed one is: by id, else by text, else by what it makes."""
    by_id = {cell.id: index for index, cell in enumerate(saved) if cell.id and cell.kind == "code"}
    claims: dict[int, ExecutedCell] = {}
    rest = []
    for run in sorted(executed, key=lambda one: one.at):
        index = by_id.get(run.key, by_id.get(known_ids.get(run.key, "")))
        if index is None:
            rest.append(run)
        else:
            claims[index] = run
    for same in (_same_text, _same_product):
        left = []
        for run in rest:
            found = next(
                (
                    index
                    for index, cell in enumerate(saved)
                    if cell.kind == "code" and index not in claims and same(cell.source, run.source)
                ),
                None,
            )
            if found is None:
                left.append(run)
            else:
                claims[found] = run
        rest = left
    return claims


def _same_text(saved: str, executed: str) -> bool:
    return saved.strip() == executed.strip()


def _same_product(saved: str, executed: str) -> bool:
    identity = cell_identity(executed)
    return identity is not None and cell_identity(saved) == identity


def _place_after(placed: Sequence[tuple[str | None, Cell]], run: ExecutedCell, executed: Sequence[ExecutedCell]) -> int:
    by_key = {one.key: one for one in executed}
    keys = [key for key, _ in placed]
    previous = run.previous
    while previous is not None and previous not in keys:
        previous = by_key[previous].previous if previous in by_key else None
    return keys.index(previous) + 1 if previous is not None else len(placed)
