"""From a cell to the statements and assets it needs."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from daglab.errors import suggest
from daglab.notebooks.known_keys import NamedKeys
from daglab.notebooks.parsed import ParsedCell
from daglab.notebooks.program import Program, ProgramPart
from daglab.notebooks.timeline import Meaning, PlainStatement, Timeline

# What is there without being defined: in Python, in every module, and in every kernel.
GIVEN_NAMES = frozenset(dir(builtins)) | {
    "__name__", "__doc__", "__builtins__", "__annotations__", "get_ipython", "display", "exit", "quit"
}  # fmt: skip

_Use = Literal["read", "weak", "deferred"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """A name that a slice could not be given. `fatal`: the code would fail for sure."""

    message: str
    fatal: bool
    cell: int | None = None
    line: int | None = None


@dataclass(kw_only=True, slots=True)
class Slice:
    """What one consumer needs: statements of plain cells, and inputs by local name.

    `inputs_at` tells at which cells (by position) which inputs are to be set.
    """

    statements: dict[int, PlainStatement] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    inputs_at: dict[int, set[str]] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)

    @property
    def needs(self) -> tuple[int, ...]:
        """Positions of the plain cells that are drawn from."""
        return tuple(sorted({each.cell.cell.position for each in self.statements.values()}))

    def program(self, path: Path, result_names: Sequence[str], own: ParsedCell | None) -> Program:
        """The statements in document order, and the consumer's own cell at the end."""
        by_cell: dict[int, list[PlainStatement]] = {}
        for _, statement in sorted(self.statements.items()):
            by_cell.setdefault(statement.cell.cell.position, []).append(statement)
        parts = [self._part(each[0].cell, [one.index for one in each]) for each in by_cell.values()]
        if own is not None:
            parts.append(self._part(own, range(len(own.names.statements))))
        return Program(path=path, parts=tuple(parts), result_names=tuple(result_names))

    def _part(self, parsed: ParsedCell, indexes: Sequence[int]) -> ProgramPart:
        nodes = [parsed.names.module.body[index] for index in indexes]
        return ProgramPart(
            cell_position=parsed.cell.position,
            cell_id=parsed.cell.id,
            source=parsed.python,
            statements=tuple(indexes),
            lines=tuple(map(_lines, nodes)),
            inputs=tuple(sorted(self.inputs_at.get(parsed.cell.position, ()))),
            features=parsed.features,
        )


class Slicer:
    """Finds the slice of one consumer, working off a list of names wanted at a time."""

    def __init__(
        self,
        timeline: Timeline,
        known_keys: NamedKeys,
        ins: Mapping[str, str],
        function_assets: Mapping[int, str],
    ) -> None:
        self._timeline = timeline
        self._function_assets = function_assets
        self._known_keys = known_keys
        self._ins = ins
        self._seen: set[tuple[str, int]] = set()
        self._reached: set[tuple[int, int]] = set()
        self._wanted: list[tuple[str, int, _Use, ParsedCell, int | None]] = []
        self._result = Slice()

    def of_cell(self, cell: ParsedCell) -> Slice:
        """What an asset or check cell needs."""
        names = cell.names
        self._want(names.reads, cell.order, "read", cell, None)
        self._want(sorted(names.deferred_reads), cell.order, "deferred", cell, None)
        self._want(sorted(names.weak_reads), cell.order, "weak", cell, None)
        if any(statement.imports for statement in names.statements):
            self._reach_all(self._timeline.path_changes(cell.order), cell.order)
        for name, key in self._ins.items():
            self._input(name, key, cell)
        return self._finish()

    def of_statements(self, statements: Sequence[PlainStatement], time: int) -> Slice:
        """What statements of plain cells need if what they make is called at a time."""
        self._reach_all(statements, time)
        return self._finish()

    def _finish(self) -> Slice:
        while self._wanted:
            self._resolve(*self._wanted.pop())
        return self._result

    def _want(self, names: Sequence[str], time: int, use: _Use, cell: ParsedCell, line: int | None) -> None:
        for name in names:
            if (name, time) not in self._seen:
                self._seen.add((name, time))
                self._wanted.append((name, time, use, cell, line))

    def _resolve(self, name: str, time: int, use: _Use, cell: ParsedCell, line: int | None) -> None:
        if name in self._ins and cell.role != "plain":
            return
        meaning = self._meaning(name, time, use, cell)
        key = function_asset(meaning, self._function_assets) if cell.role != "plain" else None
        if key is not None:
            self._input(name, key, cell)
            return
        self._reach_all(meaning.statements, time)
        if meaning.asset is not None:
            self._input(name, meaning.asset.key, cell)
        if meaning or name in GIVEN_NAMES:
            return
        if name in self._ins:
            self._input(name, self._ins[name], cell)
            return
        self._resolve_elsewhere(name, time, use, cell, line)

    def _meaning(self, name: str, time: int, use: _Use, cell: ParsedCell) -> Meaning:
        meaning = self._timeline.before(name, time)
        if meaning or name in GIVEN_NAMES:
            return meaning
        if use == "deferred":
            return self._timeline.after(name, time, plain=True)
        meaning = self._timeline.after(name, time, plain=False)
        if meaning or cell.role == "plain":
            return meaning
        # Cells may have been run out of order; nothing speaks against running the statement below first.
        return self._timeline.after(name, time, plain=True)

    def _resolve_elsewhere(self, name: str, time: int, use: _Use, cell: ParsedCell, line: int | None) -> None:
        keys = self._known_keys.named(name)
        if len(keys) == 1:
            self._input(name, keys[0], cell)
            return
        opener = self._timeline.opener(time)
        if opener is not None and not keys and self._timeline.hidden_in(name) in (None, cell):
            if use != "weak":
                self._reach_all([opener], time)
            return
        if use == "weak":
            return
        message = self._explain(name, cell, keys)
        fatal = use == "read"
        line = _line_of(name, cell) or line
        self._result.troubles.append(Trouble(message=message, fatal=fatal, cell=cell.cell.position, line=line))

    def _explain(self, name: str, cell: ParsedCell, keys: Sequence[str]) -> str:
        if keys:
            return f"{name!r} may be any of the assets {', '.join(keys)}; say which: --ins {name}={keys[0]}"
        hidden = self._timeline.hidden_in(name)
        if hidden is cell:
            return f"it reads {name!r} before it binds it, and nothing else does; an asset cannot read itself"
        position = cell.cell.position
        if hidden is not None:
            there = hidden.cell.position
            advice = f"move it into a plain cell, or declare it there as an output: %%asset ... {name}"
            if hidden.role == "check":
                advice = "move it into a plain cell"
            return f"cell {position} reads {name!r}, which only cell {there} binds, for itself; {advice}"
        below = self._timeline.after(name, -1, plain=True)
        if below.statements:
            there = below.statements[0].cell.cell.position
            return f"{name!r} is bound only further down, in cell {there}; move that above cell {position}"
        broken = self._timeline.broken_cell_with(name)
        if broken is not None:
            return f"nothing defines {name!r}; cell {broken.cell.position} names it, but cannot be used as it is"
        nearest = suggest(name, [*self._timeline.names(), *self._known_keys, *GIVEN_NAMES])
        return f"nothing defines {name!r}" + (f"; {nearest}" if nearest else "; define or import it in a cell above")

    def _input(self, name: str, key: str, cell: ParsedCell) -> None:
        known = self._result.inputs.setdefault(name, key)
        if known != key:
            message = f"{name!r} means the asset {known!r} in one place and {key!r} in another; rename one of them"
            self._result.troubles.append(Trouble(message=message, fatal=True, cell=cell.cell.position))
        self._result.inputs_at.setdefault(cell.cell.position, set()).add(name)

    def _reach_all(self, statements: Sequence[PlainStatement], time: int) -> None:
        for statement in statements:
            self._reach(statement, time)

    def _reach(self, statement: PlainStatement, time: int) -> None:
        """Takes a statement into the slice; what it has made is perhaps called at `time`."""
        if (statement.time, time) in self._reached:
            return
        self._reached.add((statement.time, time))
        names, cell, line = statement.names, statement.cell, statement.node.lineno
        if statement.time not in self._result.statements:
            self._result.statements[statement.time] = statement
            self._want(sorted(names.reads), statement.time, "read", cell, line)
            self._want(sorted(names.weak_reads), statement.time, "weak", cell, line)
            if not names.is_definition:
                self._want(sorted(names.deferred_reads), statement.time, "deferred", cell, line)
            if names.imports or names.star_imports:
                self._reach_all(self._timeline.path_changes(statement.time), statement.time)
        self._want_latent(statement, time)

    def _want_latent(self, statement: PlainStatement, time: int) -> None:
        latent = sorted(self._timeline.latent(statement))
        if latent:
            self._want(latent, time, "deferred", self._timeline.cell_at(time) or statement.cell, None)


def function_asset(meaning: Meaning, function_assets: Mapping[int, str]) -> str | None:
    """The key of the asset that a name stands for where it is bound to a function that is one."""
    return function_assets.get(meaning.statements[-1].time) if meaning.statements else None


def _lines(node: ast.stmt) -> tuple[int, int]:
    """First and last line of a statement, its decorators included."""
    first = min((each.lineno for each in getattr(node, "decorator_list", ())), default=node.lineno)
    return first, node.end_lineno or node.lineno


def _line_of(name: str, cell: ParsedCell) -> int | None:
    """The first line of a cell that reads a name."""
    lines = (
        node.lineno
        for node in ast.walk(cell.names.module)
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
    )
    return min(lines, default=None)
