"""What a statement, or a cell, does with names: the values that the scope analysis yields."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

NO_NAMES: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class StatementNames:
    """What one top-level statement does with the names of the notebook.

    Attributes:
        binds: bound whenever the statement ends without an exception.
        maybe_binds: bound on some ways through it only, or by calling a function it defines (`global`).
        reads: perhaps read, while it runs, before the statement itself has bound them; builtins included.
        weak_reads: read if there is such a name: `{x}` in a shell line, code handed to a line magic, a name
            tried under `except NameError`.
        deferred_reads: globals of function bodies defined here; needed once these are called.
        deferred_mutates: mutated by function bodies defined here.
        mutates: changed in place although bound elsewhere: `x[0] = 1`, `x.y = 1`, `x += 1`, `x.append(1)`.
        calls_in_place: those of `mutates` that are only called directly, as in `x.append(1)`. If x is a module
            this is an ordinary function.
        configures: names x of bare calls such as `x.seed(1)` or `x.set_option("a", 1)`, which change the state
            of x if x is a module.
        deletes: unbound by `del`.
        star_imports: modules of `from module import *`.
        dynamic: the construct that makes the names unknowable (`exec`, `%run`, ...), None if there is none.
        imports: bound by import statements.
        submodules: those of `imports` whose statement also loads a submodule: a for `import a.b`.
        is_definition: a statement that only makes functions or classes: nothing in their bodies runs yet.
        changes_import_path: it changes `sys.path`.
    """

    binds: frozenset[str] = NO_NAMES
    maybe_binds: frozenset[str] = NO_NAMES
    reads: frozenset[str] = NO_NAMES
    weak_reads: frozenset[str] = NO_NAMES
    deferred_reads: frozenset[str] = NO_NAMES
    deferred_mutates: frozenset[str] = NO_NAMES
    mutates: frozenset[str] = NO_NAMES
    calls_in_place: frozenset[str] = NO_NAMES
    configures: frozenset[str] = NO_NAMES
    deletes: frozenset[str] = NO_NAMES
    star_imports: tuple[str, ...] = ()
    dynamic: str | None = None
    imports: frozenset[str] = NO_NAMES
    submodules: frozenset[str] = NO_NAMES
    is_definition: bool = False
    changes_import_path: bool = False

    @property
    def all_binds(self) -> frozenset[str]:
        """What it binds for certain or perhaps."""
        return self.binds | self.maybe_binds


@dataclass(frozen=True, kw_only=True, slots=True)
class CellNames:
    """What a whole cell does with names, and its statements one by one.

    The sets mean what those of `StatementNames` mean, seen from outside: a name that an earlier statement of
    the cell has bound for certain is neither read nor mutated by the cell. `reads` and `outputs` are in the
    order of the text.
    """

    module: ast.Module
    statements: tuple[StatementNames, ...]
    binds: frozenset[str] = NO_NAMES
    maybe_binds: frozenset[str] = NO_NAMES
    reads: tuple[str, ...] = ()
    weak_reads: frozenset[str] = NO_NAMES
    deferred_reads: frozenset[str] = NO_NAMES
    mutates: frozenset[str] = NO_NAMES
    deletes: frozenset[str] = NO_NAMES
    star_imports: tuple[str, ...] = ()
    dynamic: str | None = None

    @property
    def all_binds(self) -> frozenset[str]:
        """What it binds for certain or perhaps."""
        return self.binds | self.maybe_binds

    @staticmethod
    def of(module: ast.Module, statements: Iterable[StatementNames]) -> CellNames:
        """Adds up the statements of a cell."""
        statements = tuple(statements)
        bound: set[str] = set()
        maybe: set[str] = set()
        reads: dict[str, None] = {}
        weak: set[str] = set()
        mutates: set[str] = set()
        deletes: set[str] = set()
        deferred: set[str] = set()
        waiting: list[tuple[frozenset[str], frozenset[str]]] = []
        for names in statements:
            used = names.reads | names.weak_reads
            # A function defined above is perhaps called here: what it needs must be there by now.
            for callables, needs in waiting:
                if callables & used:
                    deferred |= needs - bound
            reads.update(dict.fromkeys(sorted(names.reads - bound)))
            weak |= names.weak_reads - bound
            mutates |= names.mutates - bound
            if names.deferred_reads and names.is_definition:
                waiting.append((names.all_binds, names.deferred_reads))
            deferred |= NO_NAMES if names.is_definition else names.deferred_reads - bound
            deletes |= names.deletes - bound
            bound = (bound | names.binds) - names.deletes
            maybe |= names.maybe_binds | names.binds
        for _, needs in waiting:
            deferred |= needs - bound
        return CellNames(
            module=module,
            statements=statements,
            binds=frozenset(bound),
            maybe_binds=frozenset(maybe - bound - _last_deleted(statements)),
            reads=tuple(reads),
            weak_reads=frozenset(weak - reads.keys()),
            deferred_reads=frozenset(deferred),
            mutates=frozenset(mutates),
            deletes=frozenset(deletes),
            star_imports=tuple(name for names in statements for name in names.star_imports),
            dynamic=next((names.dynamic for names in statements if names.dynamic), None),
        )


def _last_deleted(statements: tuple[StatementNames, ...]) -> set[str]:
    """Names whose last word in the cell is `del`."""
    deleted: set[str] = set()
    for names in statements:
        # A statement that deletes on one way and binds on another one may have bound.
        deleted = (deleted | names.deletes) - names.all_binds
    return deleted
