"""Syntax trees as text that tells what code does, and not how it is written."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Final

# Where something stands, and what only some versions of Python say about it.
_LEFT_OUT: Final = frozenset({"lineno", "col_offset", "end_lineno", "end_col_offset", "type_comment", "kind", "ctx"})


def syntax_text(nodes: Iterable[ast.AST], *, with_docstrings: bool = False) -> str:
    """Trees as text in which comments, formatting and line numbers make no difference.

    Args:
        nodes: the trees.
        with_docstrings: also tell the docstrings of functions and classes. What a decorator or a base class sees
            is told in any case.

    Example:
        >>> one, other = ast.parse("x = f( 1 )  # why"), ast.parse("x=f(1)")
        >>> syntax_text([one]) == syntax_text([other])
        True
    """
    return "\n".join("".join(_tokens(node, with_docstrings)) for node in nodes)


def is_description(node: ast.stmt) -> bool:
    """Whether a statement is a string and nothing else, as a docstring is."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _tokens(root: ast.AST, with_docstrings: bool) -> Iterator[str]:
    """A tree as text, by a loop: code may be nested deeply.

    What is None or empty is left out, so that a field which a later Python adds changes nothing.
    """
    stack: list[object] = [root]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, ast.Constant):
            yield f"{type(item.value).__name__}:{item.value!r},"
        elif isinstance(item, ast.AST):
            yield type(item).__name__ + "("
            stack.append(")")
            fields = [(name, value) for name, value in ast.iter_fields(item) if name not in _LEFT_OUT]
            if not with_docstrings and _is_described(item):
                fields = [(name, value[1:] if name == "body" else value) for name, value in fields]
            stack += [part for name, value in reversed(fields) for part in _field(name, value)]
        elif isinstance(item, list):
            yield "["
            stack.append("]")
            stack += ["None," if each is None else each for each in reversed(item)]


def _is_described(node: ast.AST) -> bool:
    """Whether a definition begins with a docstring that nothing but a reader of `__doc__` sees."""
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) or node.decorator_list:
        return False
    if isinstance(node, ast.ClassDef) and (node.bases or node.keywords):
        return False
    return is_description(node.body[0])


def _field(name: str, value: object) -> list[object]:
    """A field in the order in which a stack gives it back reversed."""
    if value is None or value == []:
        return []
    return [value if isinstance(value, (ast.AST, list)) else f"{value!r},", f"{name}="]
