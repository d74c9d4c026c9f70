"""One module of the user, and which of its statements make what it is asked for."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cached_property, lru_cache
from pathlib import Path

from daglab.foundation.statement_facts import (
    Import,
    StatementFacts,
    facts_of,
    is_for_scripts_only,
    is_for_types_only,
)
from daglab.foundation.syntax_text import is_description
from daglab.notebooks.document import Cell
from daglab.notebooks.known_keys import SettledKeys
from daglab.notebooks.names import CellNames, StatementNames
from daglab.notebooks.parsed import ParsedCell
from daglab.notebooks.scope import analyze_statement
from daglab.notebooks.slicer import Slicer
from daglab.notebooks.timeline import PlainStatement, Timeline

_HARMLESS = frozenset({"print", "display", "pprint"})


class ModuleCode:
    """The code of a module, analyzed as a notebook of one cell is.

    Args:
        text: of the module.

    Raises:
        SyntaxError: it is no Python.
        RecursionError: it is nested too deeply.
        ValueError: it holds what no code can hold.
    """

    def __init__(self, text: str) -> None:
        self.facts: tuple[StatementFacts, ...] = facts_of(text)
        self._tree = ast.parse(text)
        self._features: set[str] = set()
        self._names = CellNames.of(self._tree, list(map(self._names_of, self._tree.body)))
        cell = Cell(id=None, position=1, kind="code", source=text)
        parsed = ParsedCell(cell=cell, role="plain", directive=None, python=text, names=self._names)
        self._timeline = Timeline([parsed], ())
        self._end = len(self._tree.body)
        self._slices: dict[str, frozenset[int]] = {}
        self._statements = {one.index: one for one in self._timeline.statements}

    def _names_of(self, node: ast.stmt) -> StatementNames:
        if is_for_scripts_only(node) or is_for_types_only(node):
            return StatementNames()
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            self._features.update(alias.name for alias in node.names)
        return analyze_statement(node, features=self._features)

    @cached_property
    def everything(self) -> frozenset[int]:
        """All statements that do something when the module is imported."""
        body = self._tree.body
        left_out = {index for index, node in enumerate(body) if is_for_scripts_only(node) or is_for_types_only(node)}
        left_out |= {0} if body and is_description(body[0]) else set()
        return frozenset(range(len(body))) - left_out

    @cached_property
    def effects(self) -> frozenset[int]:
        """The statements that change more than this module's own names, with what they need."""
        found = [one for one in self._timeline.statements if self._has_effect(one)]
        return self._needed_by(found)

    @cached_property
    def is_dynamic(self) -> bool:
        """Whether nobody can tell by reading which names it has."""
        return self._names.dynamic is not None or self.binds("__getattr__")

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """What it imports when it is imported itself."""
        return tuple(
            one
            for index in sorted(self.everything)
            if not self._statements[index].names.is_definition
            for one in self.facts[index].imports
        )

    def binds(self, name: str) -> bool:
        """Whether the module has a name, star imports left out of account."""
        return bool(self._timeline.before(name, self._end).statements)

    def label_of(self, index: int) -> str:
        """What a statement is called: the name that it binds or changes first."""
        names = self._statements[index].names
        bound = sorted(names.all_binds) or sorted(names.mutates) or sorted(names.configures)
        return bound[0] if bound else ""

    def making(self, name: str) -> frozenset[int]:
        """The statements that make a name; empty if the module has no such name."""
        if name not in self._slices:
            self._slices[name] = self._needed_by(self._timeline.before(name, self._end).statements)
        return self._slices[name]

    def _needed_by(self, statements: Iterable[PlainStatement]) -> frozenset[int]:
        found = Slicer(self._timeline, SettledKeys(), {}, {}).of_statements(list(statements), self._end)
        return frozenset(one.index for one in found.statements.values())

    def _has_effect(self, statement: PlainStatement) -> bool:
        node, names = statement.node, statement.names
        if names.is_definition or isinstance(node, (ast.Import, ast.ImportFrom)) or is_description(node):
            return False
        if (names.mutates | names.configures) & self._imported_names:
            return True
        call = node.value if isinstance(node, ast.Expr) else None
        if not isinstance(call, ast.Call):
            return False
        return not isinstance(call.func, ast.Name) or call.func.id not in _HARMLESS

    @cached_property
    def _imported_names(self) -> frozenset[str]:
        return frozenset(one.binds for one in self.imports)


@lru_cache(maxsize=1024)
def module_code(text: str) -> ModuleCode:
    """The code of a module, analyzed once for each text."""
    return ModuleCode(text)


@lru_cache(maxsize=1024)
def problem_of(text: str, path: str) -> str | None:
    """Why the code of a module cannot be read, None if it can."""
    try:
        module_code(text)
    except SyntaxError as error:
        return f"{Path(path).name}, line {error.lineno}: {error.msg}"
    except (RecursionError, MemoryError):
        return f"{Path(path).name}: its code is nested too deeply"
    except ValueError as error:
        return f"{Path(path).name}: {error}"
    return None
