"""Functions of a notebook that change what they are given: after `def add(to): to.append(1)`, `add(x)` changes x."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import deepcopy

from daglab.notebooks.flow import root_name
from daglab.notebooks.names import NO_NAMES, CellNames
from daglab.notebooks.scope import analyze_statement

_Function = ast.FunctionDef | ast.AsyncFunctionDef


class ArgumentChanges:
    """What is known of the functions defined so far, by their names."""

    def __init__(self) -> None:
        self._parameters: dict[str, list[str]] = {}
        self._changed: dict[str, frozenset[str]] = {}

    def of(self, node: ast.AST) -> frozenset[str]:
        """The names that are handed, somewhere in a piece of code, to functions that change what they are given."""
        return frozenset(name for call in ast.walk(node) if isinstance(call, ast.Call) for name in self._of_call(call))

    def note(self, node: ast.stmt, binds: frozenset[str]) -> None:
        """Learns what a statement says of the functions it binds."""
        for name in binds & self._changed.keys():
            del self._changed[name]
        if isinstance(node, _Function):
            arguments = node.args
            self._parameters[node.name] = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
            given = {one.arg for one in arguments.kwonlyargs}.union(self._parameters[node.name])
            changed = given & (_changed_in(node) | self.of(node)) if given else NO_NAMES
            if changed:
                self._changed[node.name] = frozenset(changed)

    def _of_call(self, call: ast.Call) -> Iterator[str]:
        function = call.func.id if isinstance(call.func, ast.Name) else ""
        changed = self._changed.get(function, NO_NAMES)
        if changed:
            given = [*zip(self._parameters[function], call.args, strict=False)]
            given += [(keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg is not None]
            yield from filter(None, (root_name(value) for parameter, value in given if parameter in changed))


def _changed_in(function: _Function) -> frozenset[str]:
    """Names that a body changes in place without having bound them itself."""
    body = [_Rebinding().visit(deepcopy(one)) for one in function.body]
    names = CellNames.of(ast.Module(body, []), map(analyze_statement, body))
    return names.mutates.union(*(one.deferred_mutates for one in names.statements))


class _Rebinding(ast.NodeTransformer):
    """`n += 1` mostly is about a number, and no caller sees it."""

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        if isinstance(node.target, ast.Name):
            return ast.copy_location(ast.Assign([node.target], node.value), node)
        return node
