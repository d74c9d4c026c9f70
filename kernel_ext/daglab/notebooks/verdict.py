"""How a check cell says whether its asset is well."""

from __future__ import annotations

import ast
from typing import Literal

from daglab.foundation.syntax_text import is_description

_SAY_NOTHING = frozenset({"print", "display", "pprint"})


def verdict_of(module: ast.Module) -> Literal["expression", "asserts"] | None:
    """Whether a cell ends with an expression that is the verdict, only asserts things, or neither.

    A last call of `print`, `display` or a function named `assert...` is no verdict; the latter is an assert.
    """
    if not module.body:
        return None
    last = module.body[-1]
    asserts = any(isinstance(node, ast.Assert) or _is_assert_call(node) for node in _executed(module))
    if isinstance(last, ast.Expr) and not is_description(last) and not _says_nothing(last.value):
        return "expression"
    return "asserts" if asserts else None


def _executed(module: ast.Module) -> list[ast.AST]:
    """All nodes but those in function bodies."""
    found: list[ast.AST] = []
    stack: list[ast.AST] = list(module.body)
    while stack:
        node = stack.pop()
        found.append(node)
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            stack += ast.iter_child_nodes(node)
    return found


def _called_name(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _is_assert_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and _called_name(node.value).startswith("assert")


def _says_nothing(value: ast.expr) -> bool:
    name = _called_name(value)
    return name in _SAY_NOTHING or name.startswith("assert") or name in ("run_line_magic", "system")
