"""What a kernel's variables were really made by: the cells as they were run, in the order in which they were run."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Mapping, MutableMapping, MutableSequence, MutableSet, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from daglab.foundation.statement_facts import facts_of
from daglab.notebooks.directive import AssetDirective, split_directive
from daglab.notebooks.document import Cell, Notebook
from daglab.notebooks.known_keys import SettledKeys
from daglab.notebooks.names import StatementNames
from daglab.notebooks.naming import output_candidates
from daglab.notebooks.parsed import ParsedCell, parse_cells
from daglab.notebooks.program import Program
from daglab.notebooks.python_definitions import function_asset_key, imported_names
from daglab.notebooks.scope import analyze_cell
from daglab.notebooks.slicer import Slice, Slicer
from daglab.notebooks.timeline import AssetOutput, Timeline

# What is only shown or told is not changed by that, as far as values go.
_PRESENTING = frozenset(
    {
        "IPython",
        "altair",
        "bokeh",
        "builtins",
        "ipywidgets",
        "logging",
        "matplotlib",
        "plotly",
        "rich",
        "seaborn",
        "tqdm",
    }
)
_NOWHERE = Path("kernel")


@dataclass(frozen=True, kw_only=True)
class CellRun:
    """One run of a cell.

    Args:
        source: its text, the directive included.
        failed_line: where it failed; 0 where nobody knows where. None if it ended well.
        never_ran: whether it could not even begin.
        changed: names of variables that it has changed in a way that cannot be seen in its text.
        held: the data versions of the variables that were assets when it began, by name.
    """

    source: str
    failed_line: int | None = None
    never_ran: bool = False
    changed: tuple[str, ...] = ()
    held: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def difference(
    program: Program, as_run: Slice | None, runs: Sequence[CellRun], namespace: Mapping[str, Any]
) -> str | None:
    """Why what a cell is given by this kernel is not what its notebook says; None if it is the same.

    Args:
        program: what the notebook says that the cell runs.
        as_run: the same cell, sliced behind all that was really run.
        runs: all that was run.
        namespace: the user's, which tells what kind of thing a name is.
    """
    if as_run is None:
        return None
    planned = _statements(program, namespace)
    really = _statements(as_run.program(program.path, program.result_names, None), namespace, is_whole=True)
    really = _without_repeats(really)
    if [one.text for one in planned] == [one.text for one in really]:
        return None
    counts, expected = Counter(one.text for one in really), Counter(one.text for one in planned)
    other = next((one for one in really if counts[one.text] != expected[one.text]), None)
    if other is None:
        other = next((one for one in planned if counts[one.text] != expected[one.text]), None)
    if other is not None:
        return _sentence(other, counts, expected)
    swapped = _swapped(planned, really)
    return f"The cell that makes {swapped.name!r} was run out of order." if swapped else None


@dataclass(frozen=True, kw_only=True)
class _Statement:
    text: str
    name: str
    names: StatementNames

    @property
    def touched(self) -> frozenset[str]:
        return self.names.all_binds | self.names.mutates

    def conflicts(self, other: _Statement) -> bool:
        """Whether it matters which of two comes first."""
        mine, theirs = self.touched | self.names.reads, other.touched | other.names.reads
        return bool(self.touched & theirs or other.touched & mine)


def _sentence(one: _Statement, counts: Mapping[str, int], expected: Mapping[str, int]) -> str:
    what = f"{one.name!r}, which it uses," if one.name else "Shared code that it uses"
    if expected.get(one.text) and counts[one.text] > expected[one.text]:
        return f"{what} was changed by a cell that was run more than once when it was made by hand."
    return f"{what} was not as the notebook makes it when it was made by hand: run its cells again, in their order."


def _swapped(planned: Sequence[_Statement], really: Sequence[_Statement]) -> _Statement | None:
    """A statement that was run on the other side of one that it has to do with."""
    places = {one.text: place for place, one in enumerate(really)}
    for index, one in enumerate(planned):
        for later in planned[index + 1 :]:
            if places[one.text] > places[later.text] and one.conflicts(later):
                return later
    return None


def _statements(program: Program, namespace: Mapping[str, Any], *, is_whole: bool = False) -> list[_Statement]:
    """What a program takes of plain cells, imports and what is only shown left out."""
    found = []
    for part in program.parts if is_whole else program.parts[:-1]:
        facts, names = facts_of(part.source), analyze_cell(part.source).statements
        body = ast.parse(part.source).body
        for index in part.statements:
            if facts[index].is_import or not _counts(body[index], namespace):
                continue
            bound = sorted(names[index].all_binds) or sorted(names[index].mutates)
            found.append(_Statement(text=facts[index].text, name=bound[0] if bound else "", names=names[index]))
    return found


def _without_repeats(statements: Sequence[_Statement]) -> list[_Statement]:
    """Leaves out what was run again and came to the same, as nothing that it has to do with was changed meanwhile."""
    kept: list[_Statement] = []
    for one in statements:
        own = one.touched | one.names.reads
        earlier = max((place for place, other in enumerate(kept) if other.text == one.text), default=None)
        repeats = earlier is not None and not one.names.mutates and not one.touched & one.names.reads
        if not repeats or any(other.touched & own for other in kept[(earlier or 0) + 1 :]):
            kept.append(one)
    return kept


def _counts(node: ast.stmt, namespace: Mapping[str, Any]) -> bool:
    """Whether a statement may change a value: a bare call of something that only shows does not."""
    call = node.value if isinstance(node, ast.Expr) else None
    if isinstance(call, ast.Await):
        call = call.value
    if not isinstance(call, ast.Call):
        return not isinstance(node, ast.Expr)
    root = call.func
    while isinstance(root, (ast.Attribute, ast.Subscript, ast.Call)):
        root = root.func if isinstance(root, ast.Call) else root.value
    if not isinstance(root, ast.Name) or root.id not in namespace:
        return True
    value = namespace[root.id]
    if isinstance(value, ModuleType):
        return False
    if isinstance(value, (MutableSequence, MutableMapping, MutableSet)):
        return True
    package = (type(value).__module__ or "").partition(".")[0]
    return package not in _PRESENTING or isinstance(call.func, ast.Name)


class RunOrder:
    """The runs of a kernel as one notebook, in which every run is a cell of its own.

    What an asset cell binds for itself is there for all later cells of a kernel, so such cells count as plain ones
    that also make an asset.

    Args:
        runs: in order.
    """

    def __init__(self, runs: Sequence[CellRun]) -> None:
        self._runs = runs

    def slice_of(self, source: str, meant: Mapping[str, str], ins: Mapping[str, str]) -> Slice | None:
        """What an asset or check cell needs of what was run; None if it cannot be told.

        Args:
            source: of the cell, directive included.
            meant: the assets that names stand for.
            ins: the assets that its directive names.
        """
        parsed = self._parsed([*(text for run in self._runs for text in (executed_text(run), "")), source])
        timeline = Timeline(parsed[:-1], list(self._outputs(parsed)))
        imported = imported_names(parsed)
        keys = {one.time: function_asset_key(one.node, imported) for one in timeline.statements}
        function_assets = {time: key for time, key in keys.items() if key is not None}
        if parsed[-1].problem is not None:
            return None
        return Slicer(timeline, SettledKeys(meant), ins, function_assets).of_cell(parsed[-1])

    def run_at(self, position: int) -> CellRun:
        """The run that a cell of the slice stands for."""
        return self._runs[(position - 1) // 2]

    def _parsed(self, sources: Sequence[str]) -> list[ParsedCell]:
        """Every run as a cell, and behind it an empty one, the place where what it makes becomes an asset."""
        parsed: list[ParsedCell] = []
        features: tuple[str, ...] = ()
        order = 0
        for position, source in enumerate(sources, start=1):
            one = _parsed_alone(source, features)
            cell = replace(one.cell, position=position)
            parsed.append(replace(one, cell=cell, order=order))
            features = one.features
            order += max(1, len(one.names.statements))
        return parsed

    def _outputs(self, parsed: Sequence[ParsedCell]) -> Iterable[AssetOutput]:
        for run, after in zip(self._runs, parsed[1::2], strict=False):
            magic = split_directive(run.source)[0]
            if magic == "asset" and not run.never_ran and run.failed_line is None:
                one = _parsed_alone(run.source, ())
                directive = one.directive
                if isinstance(directive, AssetDirective):
                    for name in directive.names or output_candidates(one.names):
                        yield AssetOutput(name=name, key=directive.key_of(name), cell=after)


@lru_cache(maxsize=2048)
def _parsed_alone(source: str, features: tuple[str, ...]) -> ParsedCell:
    before = f"from __future__ import {', '.join(features)}\n" if features else ""
    cells = [Cell(id=None, position=place, kind="code", source=text) for place, text in enumerate((before, source), 1)]
    return parse_cells(Notebook(path=_NOWHERE, cells=tuple(cells)))[1]


@lru_cache(maxsize=2048)
def _text_until(body: str, failed_line: int) -> str:
    done: list[ast.stmt] = []
    for node in _parsed_alone(body, ()).names.module.body:
        ends = node.end_lineno or node.lineno
        if failed_line and ends < failed_line:
            done.append(node)
        elif not failed_line or node.lineno <= failed_line:
            handler = ast.ExceptHandler(type=None, name=None, body=[ast.Pass()])
            done.append(ast.Try(body=[node], handlers=[handler], orelse=[], finalbody=[]))
    return ast.unparse(ast.Module(done, []))


def executed_text(run: CellRun) -> str:
    """What of a cell was executed, as a plain cell; a statement that failed has perhaps done something."""
    if run.never_ran:
        return ""
    body = split_directive(run.source)[2]
    text = body if run.failed_line is None else _text_until(body, run.failed_line)
    return "\n".join([text, *(f"{name} = ..." for name in run.changed)])


def is_dynamic(source: str) -> bool:
    """Whether a cell may change variables that its text does not name: it runs other code, or imports everything."""
    names = _parsed_alone(source, ()).names
    return names.dynamic is not None or bool(names.star_imports)


def older_input(order: RunOrder, as_run: Slice, versions: Mapping[str, str], program: Program) -> str | None:
    """Which shared code was run with another version of an asset than the cell is recorded with."""
    for part in as_run.program(program.path, program.result_names, None).parts:
        for name in part.inputs:
            key, version = order.run_at(part.cell_position).held.get(name, ("", ""))
            if version and versions.get(key, version) != version:
                return f"A plain cell that it uses was run with an older {key!r} when it was made by hand."
    return None
