"""The code cells of a notebook, each parsed by itself, so that a broken one costs only itself."""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass
from typing import Literal

from daglab.errors import InvalidDefinitionError
from daglab.foundation.syntax_text import is_description
from daglab.notebooks.directive import (
    AssetDirective,
    CheckDirective,
    parse_asset_directive,
    parse_check_directive,
    split_directive,
)
from daglab.notebooks.document import Cell, Notebook
from daglab.notebooks.function_cells import as_function, function_cell
from daglab.notebooks.names import CellNames
from daglab.notebooks.scope import analyze_cell
from daglab.notebooks.transform import cell_magic, is_foreign, to_python

_EMPTY = ast.Module([], [])


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedCell:
    """A code cell. If `problem` is set, the cell cannot be used, and binds nothing.

    Attributes:
        features: names imported from `__future__` by this cell or earlier ones.
        order: the place of its first statement among all statements of the notebook.
    """

    cell: Cell
    role: Literal["plain", "asset", "check"]
    directive: AssetDirective | CheckDirective | None
    python: str
    names: CellNames
    features: tuple[str, ...] = ()
    problem: str | None = None
    line: int | None = None
    order: int = 0

    @property
    def description(self) -> str:
        """The string that the cell begins with, if it begins with one."""
        body = self.names.module.body
        if body and is_description(body[0]):
            first = body[0]
            assert isinstance(first, ast.Expr)
            assert isinstance(first.value, ast.Constant)
            return inspect.cleandoc(str(first.value.value))
        return ""


def parse_cells(notebook: Notebook) -> tuple[ParsedCell, ...]:
    """Parses every code cell; problems are kept with their cells."""
    parsed = []
    features: tuple[str, ...] = ()
    order = 0
    for cell in notebook.code_cells:
        each = _parse(cell, features, order)
        features = each.features
        order += max(1, len(each.names.statements))
        parsed.append(each)
    return tuple(parsed)


def _parse(cell: Cell, features: tuple[str, ...], order: int) -> ParsedCell:
    magic, rest, body = split_directive(cell.source)
    is_function = function_cell(cell.source) is not None
    role: Literal["plain", "asset", "check"] = "plain"
    directive: AssetDirective | CheckDirective | None = None
    python, names = "", CellNames(module=_EMPTY, statements=())
    problem: str | None = None
    line: int | None = None
    if magic == "asset":
        role = "asset"
    elif magic == "check":
        role = "check"
    try:
        if role == "asset":
            directive = parse_asset_directive(rest)
        elif role == "check":
            directive = parse_check_directive(rest)
    except InvalidDefinitionError as error:
        problem, line = str(error), 1
    try:
        python = as_function(body) if is_function else to_python(body)
        names = analyze_cell(python, features=features)
        if role != "plain" and is_foreign(body):
            problem, line = f"%%{cell_magic(body)} is not Python, so the cell makes no value", None
    except InvalidDefinitionError as error:
        problem, line = str(error), 1
    except SyntaxError as error:
        python = ""
        problem, line = _syntax_problem(error), error.lineno
    except (RecursionError, MemoryError):
        python = ""
        problem = "the code is nested too deeply; split the expression into several statements"
    except ValueError as error:
        python = ""
        problem = f"the code cannot be read: {error}"
    return ParsedCell(
        cell=cell,
        role=role,
        directive=directive,
        python=python,
        names=names,
        features=_features(names.module, features),
        problem=problem,
        line=line,
        order=order,
    )


def _syntax_problem(error: SyntaxError) -> str:
    return error.msg if error.msg.startswith("invalid syntax") else f"invalid syntax: {error.msg}"


def _features(module: ast.Module, before: tuple[str, ...]) -> tuple[str, ...]:
    found = [
        alias.name
        for node in module.body
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
        for alias in node.names
    ]
    return tuple(dict.fromkeys([*before, *found]))
