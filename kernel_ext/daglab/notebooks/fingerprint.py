"""The fingerprint of code: what changes when the code does, and not when its looks do."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from daglab.notebooks.program import Program

# Where something stands, and what only some versions of Python say about it.
_LEFT_OUT: Final = frozenset({"lineno", "col_offset", "end_lineno", "end_col_offset", "type_comment", "kind", "ctx"})


def code_version(program: Program, inputs: Mapping[str, str] | None = None) -> str:
    """The fingerprint of a program's statements: 16 hexadecimal digits.

    It is taken from the syntax tree, so comments, formatting and line numbers do not matter, and neither do cells
    and statements that the program does not use. The description of the program's own cell (a string as its
    first statement) does not matter either.

    Args:
        program: the statements.
        inputs: which assets its input names stand for; it matters where these are called otherwise.
    """
    digest = blake2b(digest_size=8)
    for part in program.parts:
        own = part is program.parts[-1]
        digest.update(_dump(part.source, part.statements, own and bool(program.result_names)).encode())
        digest.update(b"\n")
    for name, key in sorted((inputs or {}).items()):
        if name != key:
            digest.update(f"{name}={key}\n".encode())
    return digest.hexdigest()


@lru_cache(maxsize=32_768)
def _dump(source: str, statements: tuple[int, ...], skip_description: bool) -> str:
    body = ast.parse(source).body
    used = [body[index] for index in statements]
    if skip_description and used and used[0] is body[0] and is_description(body[0]):
        used = used[1:]
    return "\n".join("".join(_tokens(node)) for node in used)


def is_description(node: ast.stmt) -> bool:
    """Whether a statement is a string and nothing else, as a docstring is."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _tokens(root: ast.AST) -> Iterator[str]:
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
            stack += [part for name, value in reversed(fields) for part in _field(name, value)]
        elif isinstance(item, list):
            yield "["
            stack.append("]")
            stack += ["None," if each is None else each for each in reversed(item)]


def _field(name: str, value: object) -> list[object]:
    """A field in the order in which a stack gives it back reversed."""
    if value is None or value == []:
        return []
    return [value if isinstance(value, (ast.AST, list)) else f"{value!r},", f"{name}="]
