"""What is bound where: the state along one way through a statement, and the scopes around a piece of code."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from daglab.notebooks.names import NO_NAMES


class Flow:
    """The names bound so far, on every way (`bound`) or on some (`maybe`); `dead` after `raise` and its like."""

    __slots__ = ("bound", "dead", "gone", "maybe")

    def __init__(self) -> None:
        self.bound: set[str] = set()
        self.maybe: set[str] = set()
        self.gone: set[str] = set()  # deleted, on some way at least
        self.dead = False

    def has(self, name: str) -> bool:
        """Whether a name is bound for certain."""
        return name in self.bound

    def bind(self, name: str) -> None:
        """A name is bound."""
        self.bound.add(name)
        self.gone.discard(name)

    def unbind(self, name: str) -> None:
        """A name is deleted."""
        self.bound.discard(name)
        self.maybe.discard(name)
        self.gone.add(name)

    def copy(self) -> Flow:
        """The same state, to go another way from."""
        twin = Flow()
        twin.become(self)
        return twin

    def become(self, other: Flow) -> None:
        """Takes the state of another one."""
        self.bound = set(other.bound)
        self.maybe = set(other.maybe)
        self.gone = set(other.gone)
        self.dead = other.dead

    def join(self, ends: Sequence[Flow]) -> None:
        """Goes on from where several ways meet. Dead ones do not arrive, but may have bound something."""
        alive = [end for end in ends if not end.dead]
        bound = set.intersection(*(end.bound for end in alive)) if alive else self.bound
        maybe = set(self.maybe).union(*(end.bound | end.maybe for end in ends))
        self.bound = set(bound)
        self.maybe = maybe - self.bound
        self.gone = set(self.gone).union(*(end.gone for end in ends))
        self.dead = self.dead or (bool(ends) and not alive)

    def add_after(self, after: Flow, before: Flow) -> None:
        """Joins the end of a `finally` (self, entered with `before`) to what `try` had bound (`after`)."""
        removed = self.gone - before.gone
        self.gone |= after.gone - self.bound
        self.bound = (self.bound | after.bound) - removed
        self.maybe = (self.maybe | after.maybe) - self.bound - removed
        self.dead = self.dead or after.dead


@dataclass(kw_only=True, slots=True)
class Scope:
    """A scope inside the module's: a function, a class, the block of a comprehension, or type parameters.

    Attributes:
        locals: the names of a function or block; a class has its own in `flow`.
        globals: the names declared `global` in it.
    """

    kind: Literal["function", "class", "block", "parameters"]
    locals: frozenset[str] = NO_NAMES
    globals: frozenset[str] = NO_NAMES
    flow: Flow = field(default_factory=Flow)

    @property
    def has_flow(self) -> bool:
        """Whether statements run in it, so that what they have bound has to be followed."""
        return self.kind in ("function", "class")


@dataclass(kw_only=True, slots=True)
class LocalNames:
    """What the text of a body binds and declares, wherever in it."""

    bound: frozenset[str]
    globals: frozenset[str]
    nonlocals: frozenset[str]


class Branches:
    """Runs alternatives from one state, and joins their ends: bound is what every way has bound."""

    def __init__(self, flows: list[Flow]) -> None:
        self._flows = flows
        self._before = [flow.copy() for flow in flows]
        self._ends: list[list[Flow]] = [[] for _ in flows]

    def __enter__(self) -> Branches:
        return self

    def run(self, walk: Callable[[], object], *, completes: bool = True) -> None:
        """Runs an alternative; one that does not complete the statement (a loop's body) only adds maybes."""
        for flow, before in zip(self._flows, self._before, strict=True):
            flow.become(before)
        walk()
        for flow, ends in zip(self._flows, self._ends, strict=True):
            end = flow.copy()
            end.dead = end.dead or not completes
            ends.append(end)

    def skip(self) -> None:
        """The alternative in which nothing happens."""
        self.run(lambda: None)

    def __exit__(self, *_: object) -> None:
        for flow, before, ends in zip(self._flows, self._before, self._ends, strict=True):
            flow.become(before)
            flow.join(ends)


_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def function_locals(body: Iterable[ast.AST]) -> LocalNames:
    """Finds the names that a body binds, without looking into the scopes inside it."""
    bound: set[str] = set()
    global_names: set[str] = set()
    nonlocal_names: set[str] = set()
    stack: list[ast.AST] = list(body)
    while stack:
        node = stack.pop()
        match node:
            case ast.Name(ctx=ast.Store() | ast.Del()):
                bound.add(node.id)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                bound.add(node.name)
                stack += [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
            case ast.ClassDef():
                bound.add(node.name)
                stack += [*node.decorator_list, *node.bases, *node.keywords]
            case ast.Lambda():
                stack += [*node.args.defaults, *filter(None, node.args.kw_defaults)]
            case ast.Import() | ast.ImportFrom():
                bound.update(alias.asname or alias.name.partition(".")[0] for alias in node.names)
            case ast.Global():
                global_names.update(node.names)
            case ast.Nonlocal():
                nonlocal_names.update(node.names)
            case _ if isinstance(node, _COMPREHENSIONS):
                bound |= _walrus_targets(node)
            case _:
                bound |= _named_in(node)
                stack += ast.iter_child_nodes(node)
    return LocalNames(bound=frozenset(bound), globals=frozenset(global_names), nonlocals=frozenset(nonlocal_names))


def _named_in(node: ast.AST) -> set[str]:
    """Names that a node binds as plain text, not as a Name of its own."""
    if isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
        return {node.name} if node.name is not None else set()
    if isinstance(node, ast.MatchMapping):
        return {node.rest} if node.rest is not None else set()
    return set()


def _walrus_targets(comprehension: ast.AST) -> set[str]:
    """`:=` inside a comprehension binds outside of it."""
    found: set[str] = set()
    stack: list[ast.AST] = [comprehension]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.NamedExpr):
            found.add(node.target.id)
        if not isinstance(node, ast.Lambda):
            stack += ast.iter_child_nodes(node)
    return found


def root_name(node: ast.expr) -> str | None:
    """The name at the root of a chain of attributes and subscripts: x for `x.a[0].b`, None for `f().a`."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None
