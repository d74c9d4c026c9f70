"""Values that carry code of the notebook: after `f = partial(g, 1)` or `a = A()`, it runs when they are used."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from daglab.notebooks.names import NO_NAMES
from daglab.notebooks.timeline import PlainStatement, Timeline

# What calls a function at once and gives back an ordinary value.
_CALLED_AT_ONCE: Final = frozenset(
    {"agg", "aggregate", "all", "any", "apply", "applymap", "assign", "dict", "groupby", "len", "list", "max", "min",
     "pipe", "print", "reduce", "set", "sort", "sort_values", "sorted", "str", "sub", "sum", "transform", "tuple",
     "where"}
)  # fmt: skip
_MAKERS: Final = (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Yield, ast.YieldFrom)
_Function = (ast.FunctionDef, ast.AsyncFunctionDef)


class CarriedCode:
    """For each plain statement, the globals that may be read whenever something it has made is used.

    What a function returns is taken for plain data unless the function makes functions, generators or objects of
    the notebook's own classes.
    """

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._carried: dict[int, frozenset[str]] = {}
        self._plain_functions: set[int] = set()
        for statement in timeline.statements:
            self._carried[statement.time] = frozenset(self._found(statement))
            if isinstance(statement.node, _Function) and not self._makes_code(statement):
                self._plain_functions.add(statement.time)

    def of(self, statement: PlainStatement) -> frozenset[str]:
        """The names that are looked up when what the statement has made is used."""
        return self._carried[statement.time]

    def _found(self, statement: PlainStatement) -> Iterator[str]:
        names, node = statement.names, statement.node
        if names.is_definition or any(isinstance(each, _MAKERS) for each in _kept(node)):
            yield from names.deferred_reads
        module_reads = names.reads | names.weak_reads
        kept = {each.id for each in _kept(node) if isinstance(each, ast.Name)}
        calls = (each.func for each in ast.walk(node) if isinstance(each, ast.Call))
        called = {function.id for function in calls if isinstance(function, ast.Name)}
        for name in module_reads & (kept | called):
            for source in self._timeline.before(name, statement.time).statements:
                if name in kept or source.time not in self._plain_functions:
                    yield from self._carried.get(source.time, NO_NAMES)

    def _makes_code(self, statement: PlainStatement) -> bool:
        inside = (each for part in statement.node.body for each in ast.walk(part))  # type: ignore[attr-defined]
        return any(isinstance(each, _MAKERS) for each in inside) or any(
            isinstance(source.node, ast.ClassDef)
            or (isinstance(source.node, _Function) and source.time not in self._plain_functions)
            for name in statement.names.deferred_reads
            for source in self._timeline.before(name, statement.time).statements
        )


def _kept(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a statement whose values may be kept by what it makes; what is only called is none."""
    stack: list[ast.AST] = [node]
    while stack:
        current = stack.pop()
        yield current
        if isinstance(current, ast.Lambda):
            continue
        if isinstance(current, ast.Call):
            name = current.func.id if isinstance(current.func, ast.Name) else getattr(current.func, "attr", "")
            if isinstance(current.func, ast.Attribute):
                stack.append(current.func)
            if name in _CALLED_AT_ONCE:
                continue
            stack += [*current.args, *current.keywords]
        else:
            stack += ast.iter_child_nodes(current)
