"""How a cell that begins with `%%asset` or `%%check` becomes an ordinary cell with a call before and one after it.

The text of the cell keeps its lines and IPython runs it as it runs any other, so that plots, the last expression,
top-level `await` and tracebacks are what they always are.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable

from IPython.core.inputtransformer2 import cell_magic

from daglab.notebooks.directive import split_directive
from daglab.notebooks.function_cells import as_function, function_cell
from daglab.notebooks.verdict import verdict_of

HOOK = "__daglab__"
_cell_magic: Callable[[list[str]], list[str]] = cell_magic


class DirectiveToCall:
    """Turns the directive line of a cell into a call; runs before IPython looks for cell magics."""

    # IPython's terminal asks for the rest of a cell as long as it begins with %%; it skips transforms marked so.
    has_side_effects = True

    def __call__(self, lines: list[str]) -> list[str]:
        """Rewrites the lines of a cell."""
        if not lines or not lines[0].startswith("%%"):
            return lines
        if function_cell(lines[0]) is not None:
            return as_function("".join(lines)).splitlines(keepends=True)
        role, rest, _ = split_directive(lines[0])
        if role is None or rest.startswith("?"):
            return lines
        return [f"{HOOK}.begin({role!r})\n", *_without_inner_magic(lines[1:])]


def _without_inner_magic(lines: list[str]) -> list[str]:
    """`%%time` and the like may follow the directive; IPython only looks for them in the first line."""
    blank = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    if blank == len(lines) or not lines[blank].startswith("%%"):
        return lines
    return [*lines[:blank], *_cell_magic(lines[blank:])]


class CallsAroundBody:
    """Adds what is called at the end of a rewritten cell, and keeps the display of its last expression.

    Args:
        interactivity: tells what IPython is set to display: `shell.ast_node_interactivity`.
    """

    def __init__(self, interactivity: Callable[[], str]) -> None:
        self._interactivity = interactivity

    def visit(self, module: ast.Module) -> ast.Module:
        """Rewrites the syntax tree of a cell; other cells come back as they are."""
        role = _role_of(module)
        if role is None:
            return module
        begin, body = module.body[0], module.body[1:]
        body = _check_body(body) if role == "check" else self._asset_body(body)
        return ast.Module(body=[begin, *body], type_ignores=[])

    def _asset_body(self, body: list[ast.stmt]) -> list[ast.stmt]:
        shows = self._interactivity()
        last = body[-1] if body else None
        if isinstance(last, ast.Expr) and shows.startswith("last"):
            body = [*body[:-1], _call("show", last.value, at=last)]
        elif shows == "last_expr_or_assign" and (assigned := _assigned_name(last)) is not None:
            body = [*body, _call("show", assigned, at=last)]
        return [*body, _call("finish", at=last)]


def _check_body(body: list[ast.stmt]) -> list[ast.stmt]:
    """The last expression is the verdict; an assertion that does not hold is one, too."""
    last = body[-1] if body else None
    if isinstance(last, ast.Expr) and verdict_of(ast.Module(body, [])) == "expression":
        body = [*body[:-1], _call("finish", last.value, at=last)]
    else:
        body = [*body, _call("finish", at=last)]
    refuted = ast.ExceptHandler(type=_attribute("AssertionError"), name=None, body=[_call("refute", at=last)])
    guarded = ast.Try(body=body, handlers=[refuted], orelse=[], finalbody=[])
    return [ast.copy_location(guarded, body[0])]


def _role_of(module: ast.Module) -> str | None:
    first = module.body[0] if module.body else None
    call = first.value if isinstance(first, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or call.func.attr != "begin":
        return None
    if not isinstance(call.func.value, ast.Name) or call.func.value.id != HOOK:
        return None
    return str(ast.literal_eval(call.args[0]))


def _assigned_name(statement: ast.stmt | None) -> ast.expr | None:
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, (ast.AugAssign, ast.AnnAssign)):
        targets = [statement.target]
    if len(targets) != 1 or not isinstance(targets[0], ast.Name):
        return None
    return ast.Name(id=targets[0].id, ctx=ast.Load())


def _attribute(name: str) -> ast.expr:
    return ast.Attribute(value=ast.Name(id=HOOK, ctx=ast.Load()), attr=name, ctx=ast.Load())


def _call(name: str, *args: ast.expr, at: ast.stmt | None) -> ast.stmt:
    call = ast.Expr(ast.Call(func=_attribute(name), args=[copy.copy(one) for one in args], keywords=[]))
    return ast.copy_location(call, at) if at is not None else call
