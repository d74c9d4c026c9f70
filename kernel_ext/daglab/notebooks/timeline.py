"""What happens to every name of a notebook, in document order."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from daglab.notebooks.argument_changes import ArgumentChanges
from daglab.notebooks.names import NO_NAMES, StatementNames
from daglab.notebooks.parsed import ParsedCell


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PlainStatement:
    """A top-level statement of a plain cell. `time` is its place among all statements of the notebook."""

    time: int
    cell: ParsedCell
    index: int
    node: ast.stmt
    names: StatementNames


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class AssetOutput:
    """A name that an asset cell hands on."""

    name: str
    key: str
    cell: ParsedCell


@dataclass(frozen=True, kw_only=True, slots=True)
class Meaning:
    """What a name means at one place: statements to run for it, and perhaps an asset below them."""

    statements: tuple[PlainStatement, ...] = ()
    asset: AssetOutput | None = None

    def __bool__(self) -> bool:
        return bool(self.statements) or self.asset is not None


_NOTHING = Meaning()
_Kind = Literal["binds", "perhaps", "changes", "asset"]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Event:
    time: int
    kind: _Kind
    statement: PlainStatement | None = None
    asset: AssetOutput | None = None


class Timeline:
    """All events of all names, and what follows from them.

    Args:
        cells: the parsed cells, in document order.
        outputs: what asset cells hand on.
    """

    def __init__(self, cells: Sequence[ParsedCell], outputs: Iterable[AssetOutput]) -> None:
        self._events: dict[str, list[_Event]] = {}
        self._times: dict[str, list[int]] = {}
        self._openers: list[PlainStatement] = []
        self._path_changes: list[PlainStatement] = []
        self._latent: dict[int, frozenset[str]] = {}
        self._cells = sorted(cells, key=lambda each: each.order)
        self.statements = tuple(_with_call_effects(_plain_statements(cells)))
        self._hidden = _hidden_names(cells)
        moments: list[tuple[int, PlainStatement | AssetOutput]] = [(each.time, each) for each in self.statements]
        moments += [(output.cell.order, output) for output in outputs]
        for _, moment in sorted(moments, key=lambda pair: pair[0]):
            if isinstance(moment, AssetOutput):
                self._add(moment.name, _Event(time=moment.cell.order, kind="asset", asset=moment))
            else:
                self._add_statement(moment)

    def names(self) -> Iterator[str]:
        """All names that something here binds."""
        return iter(self._events)

    def hidden_in(self, name: str) -> ParsedCell | None:
        """The asset or check cell that binds a name for itself only."""
        return self._hidden.get(name)

    def broken_cell_with(self, name: str) -> ParsedCell | None:
        """A cell that could not be parsed and in whose text a name occurs."""
        word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        broken = (cell for cell in self._cells if cell.problem is not None and not cell.names.statements)
        return next((cell for cell in broken if word.search(cell.cell.source)), None)

    def cell_at(self, time: int) -> ParsedCell | None:
        """The cell that a time lies in."""
        index = bisect_right(self._cells, time, key=lambda each: each.order)
        return self._cells[index - 1] if index else None

    def before(self, name: str, time: int) -> Meaning:
        """What a name means at a time, by what stands above.

        That is the nearest certain definition, those that perhaps come after it, and all changes in place since.
        """
        events = self._events.get(name, [])
        statements: list[PlainStatement] = []
        changes: list[PlainStatement] = []
        for index in range(bisect_left(self._times.get(name, []), time) - 1, -1, -1):
            event = events[index]
            if event.statement is None:
                return Meaning(statements=(*statements, *changes), asset=event.asset)
            if event.kind == "changes":
                changes.append(event.statement)
                continue
            statements.append(event.statement)
            if event.kind == "binds":
                statements += _submodule_imports(name, event.statement, events[:index])
                break
        if not statements:
            return _NOTHING
        is_module = all(name in statement.names.imports for statement in statements)
        kept = [change for change in changes if _applies(name, change.names, is_module=is_module)]
        return Meaning(statements=(*statements, *kept))

    def after(self, name: str, time: int, *, plain: bool) -> Meaning:
        """The first definition below a time; with `plain` false, the first that is an asset."""
        for event in self._events.get(name, [])[bisect_left(self._times.get(name, []), time) :]:
            if event.asset is not None and event.time != time:
                return Meaning(asset=event.asset)
            if plain and event.statement is not None and event.kind != "changes":
                return Meaning(statements=(event.statement,))
        return _NOTHING

    def opener(self, time: int) -> PlainStatement | None:
        """The nearest statement above, else the first one below, that may bind any name: a star import, `%run`."""
        index = bisect_left(self._openers, time, key=lambda each: each.time)
        return self._openers[max(index - 1, 0)] if self._openers else None

    def path_changes(self, time: int) -> list[PlainStatement]:
        """The statements above a time that change `sys.path`."""
        return self._path_changes[: bisect_left(self._path_changes, time, key=lambda each: each.time)]

    def latent(self, statement: PlainStatement) -> frozenset[str]:
        """Names that may be looked up whenever something this statement has made is called."""
        return self._latent[statement.time]

    def _add(self, name: str, event: _Event) -> None:
        self._events.setdefault(name, []).append(event)
        self._times.setdefault(name, []).append(event.time)

    def _add_statement(self, statement: PlainStatement) -> None:
        names, time = statement.names, statement.time
        latent = set(names.deferred_reads)
        for name in names.reads | names.weak_reads:
            for source in self.before(name, time).statements:
                latent |= self._latent[source.time]
        self._latent[time] = frozenset(latent)
        for name in names.binds:
            self._add(name, _Event(time=time, kind="binds", statement=statement))
        for name in names.maybe_binds - names.binds:
            self._add(name, _Event(time=time, kind="perhaps", statement=statement))
        for name in (names.mutates | names.configures) - names.all_binds:
            self._add(name, _Event(time=time, kind="changes", statement=statement))
        if names.star_imports or names.dynamic:
            self._openers.append(statement)
        if names.changes_import_path:
            self._path_changes.append(statement)


def _applies(name: str, names: StatementNames, *, is_module: bool) -> bool:
    """Whether a change in place is one: `np.add(a, b)` changes no module, `np.random.seed(1)` changes only one."""
    if is_module:
        return name in names.configures or name in names.mutates - names.calls_in_place
    return name in names.mutates


def _submodule_imports(name: str, last: PlainStatement, above: Sequence[_Event]) -> Iterator[PlainStatement]:
    """After `import a.b` and `import a.c`, the name a stands for both."""
    if name in last.names.imports:
        for event in reversed(above):
            if event.kind == "changes":
                continue
            if event.statement is None or name not in event.statement.names.imports:
                return
            if name in event.statement.names.submodules:
                yield event.statement


def _plain_statements(cells: Sequence[ParsedCell]) -> Iterator[PlainStatement]:
    for cell in cells:
        if cell.role == "plain":
            for index, (node, names) in enumerate(zip(cell.names.module.body, cell.names.statements, strict=True)):
                yield PlainStatement(time=cell.order + index, cell=cell, index=index, node=node, names=names)


def _with_call_effects(statements: Iterable[PlainStatement]) -> Iterator[PlainStatement]:
    """Adds what calling functions of the notebook does to its names.

    That is `global x` and `config["a"] = 1` in a body, and changes of what a function is given.
    """
    effects: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
    arguments = ArgumentChanges()
    for statement in statements:
        names = statement.names
        handed = arguments.of(statement.node) & (names.reads | names.deferred_reads)
        arguments.note(statement.node, names.all_binds)
        called = names.reads | names.weak_reads | (names.deferred_reads if names.is_definition else NO_NAMES)
        binds = NO_NAMES.union(*(effects[name][0] for name in called if name in effects))
        changes = handed.union(*(effects[name][1] for name in called if name in effects))
        own_binds = names.maybe_binds if names.is_definition else NO_NAMES
        for name in names.binds:
            effects.pop(name, None)
            if binds or changes or own_binds or names.deferred_mutates:
                effects[name] = (binds | own_binds, changes | names.deferred_mutates)
        if names.is_definition or not (binds or changes):
            yield statement
        else:
            more = replace(
                names, maybe_binds=names.maybe_binds | (binds - names.binds), mutates=names.mutates | changes
            )
            yield replace(statement, names=more)


def _hidden_names(cells: Sequence[ParsedCell]) -> Mapping[str, ParsedCell]:
    return {name: cell for cell in reversed(cells) if cell.role != "plain" for name in cell.names.all_binds}
