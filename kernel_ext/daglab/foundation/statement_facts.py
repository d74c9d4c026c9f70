"""What one statement imports and which names it uses, as far as the code behind imports is concerned."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from daglab.foundation.syntax_text import syntax_text

Chain = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Import:
    """One name of an import statement.

    Args:
        module: what is imported, or imported from, as written.
        level: how many dots come before it.
        member: the name that is imported from the module; "*" for all, None for the module itself, "" for a module
            that is reached through the first of its packages: a for `import a.b`.
        binds: the name that it is known by here.
        is_guarded: whether the code goes on without it, or perhaps never imports it.
    """

    module: str
    level: int = 0
    member: str | None = None
    binds: str = ""
    is_guarded: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class StatementFacts:
    """What one statement imports and uses.

    Args:
        text: what it does, as text; that of an import names nothing, as only the names that are used count.
        imports: all imports in it, those in function bodies included.
        chains: each use of a name with the attributes behind it: ("np", "random", "seed") for `np.random.seed`.
        is_import: whether it is an import statement.
        path_strings: the texts in a statement that has to do with `sys.path`.
    """

    text: str
    imports: tuple[Import, ...] = ()
    chains: frozenset[Chain] = frozenset()
    is_import: bool = False
    path_strings: tuple[str, ...] = ()


@lru_cache(maxsize=32_768)
def facts_of(source: str) -> tuple[StatementFacts, ...]:
    """The facts of each top-level statement of some code.

    Raises:
        SyntaxError: it is no Python.
    """
    with_docstrings = "__doc__" in source or "getdoc" in source
    return tuple(_facts(node, with_docstrings) for node in ast.parse(source).body)


def uses_of(facts: Iterable[StatementFacts], wanted: Iterable[Chain] = ()) -> dict[str, set[Chain]]:
    """How statements use each name: the attributes behind it; `wanted` is used from elsewhere."""
    uses: dict[str, set[Chain]] = {}
    for chain in (*(chain for one in facts for chain in one.chains), *wanted):
        uses.setdefault(chain[0], set()).add(chain[1:])
    return uses


def used_imports(statement: StatementFacts, uses: Container[str]) -> tuple[Import, ...]:
    """Those imports of a statement whose names are used; all of them where nothing tells which are."""
    used = tuple(one for one in statement.imports if one.binds in uses or one.member == "*")
    return used or statement.imports


def is_for_types_only(node: ast.stmt) -> bool:
    """Whether a statement is for type checkers alone: `if TYPE_CHECKING:`."""
    if not isinstance(node, ast.If) or node.orelse:
        return False
    test = node.test
    return (test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")) == "TYPE_CHECKING"


def is_for_scripts_only(node: ast.stmt) -> bool:
    """Whether a statement of a module does nothing when it is imported: `if __name__ == "__main__":`."""
    if not isinstance(node, ast.If) or node.orelse or not isinstance(node.test, ast.Compare):
        return False
    sides = [node.test.left, *node.test.comparators]
    names = {getattr(side, "id", None) or getattr(side, "value", None) for side in sides}
    return names == {"__name__", "__main__"} and isinstance(node.test.ops[0], ast.Eq)


def _facts(node: ast.stmt, with_docstrings: bool) -> StatementFacts:
    is_import = isinstance(node, (ast.Import, ast.ImportFrom)) and getattr(node, "module", "") != "__future__"
    text = "" if is_import else syntax_text([node], with_docstrings=with_docstrings)
    chains = frozenset(_chains(node))
    strings = _strings(node) if any(chain[:2] == ("sys", "path") for chain in chains) else ()
    return StatementFacts(
        text=text, imports=tuple(_imports(node)), chains=chains, is_import=is_import, path_strings=tuple(strings)
    )


def _strings(root: ast.AST) -> Iterator[str]:
    for node in ast.walk(root):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _imports(root: ast.stmt) -> Iterator[Import]:
    stack: list[tuple[ast.AST, bool]] = [(root, False)]
    while stack:
        node, is_guarded = stack.pop()
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname or "." not in alias.name:
                    yield Import(module=alias.name, binds=alias.asname or alias.name, is_guarded=is_guarded)
                else:
                    package = alias.name.partition(".")[0]
                    yield Import(module=alias.name, binds=package, member="", is_guarded=is_guarded)
        elif isinstance(node, ast.ImportFrom):
            if node.module != "__future__":
                for alias in node.names:
                    yield Import(
                        module=node.module or "",
                        level=node.level,
                        member=alias.name,
                        binds=alias.asname or alias.name,
                        is_guarded=is_guarded,
                    )
        elif not (isinstance(node, ast.If) and is_for_types_only(node)):
            is_guarded = is_guarded or isinstance(node, (ast.Try, ast.If))
            stack += [(child, is_guarded) for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr)]


def _chains(root: ast.AST) -> Iterator[Chain]:
    stack = [root]
    while stack:
        node = stack.pop()
        attributes: list[str] = []
        inner = node
        while isinstance(inner, ast.Attribute):
            attributes.append(inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name):
            yield (inner.id, *reversed(attributes))
        elif inner is not node:
            stack.append(inner)
        else:
            stack += ast.iter_child_nodes(node)
            yield from ((name,) for name in getattr(node, "names", ()) if isinstance(name, str))  # global x
