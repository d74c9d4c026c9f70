"""The record of names that the walk over a statement fills: what is read, bound, mutated, and in which scope."""

from __future__ import annotations

import ast

from daglab.notebooks.flow import Branches, Flow, Scope, root_name


class NameRecord:
    """What the walk has seen so far, and where it is."""

    def __init__(self) -> None:
        self._flow = Flow()  # of the module
        self._scopes: list[Scope] = []
        self._tries_names = 0
        self._reads: set[str] = set()
        self._weak: set[str] = set()
        self._deferred: set[str] = set()
        self._deferred_binds: set[str] = set()
        self._deferred_mutates: set[str] = set()
        self._mutates: set[str] = set()
        self._mutates_otherwise: set[str] = set()
        self._configures: set[str] = set()
        self._imports: set[str] = set()
        self._submodules: set[str] = set()
        self._stars: list[str] = []
        self._dynamic: str | None = None
        self._import_path = False

    def _read(self, name: str) -> None:
        home = self._home(name)
        if home == "module":
            if not self._flow.has(name):
                (self._weak if self._tries_names else self._reads).add(name)
        elif home == "deferred":
            self._deferred.add(name)

    def _home(self, name: str) -> str:
        """Where a name that is read now comes from: "local", "module" (now) or "deferred" (when called)."""
        direct = True  # whether a class scope is the scope of the code at hand: its names are not for functions
        for scope in reversed(self._scopes):
            if name in scope.globals:
                break
            if scope.kind == "class":
                if direct and scope.flow.has(name):
                    return "local"
            elif name in scope.locals:
                return "local"
            direct = direct and scope.kind == "parameters"
        return "deferred" if self._deferring() else "module"

    def _deferring(self) -> bool:
        return any(scope.kind == "function" for scope in self._scopes)

    def _bind(self, name: str, *, escape: bool = False) -> None:
        """Binds a name; with `escape`, in the scope around the comprehensions (walrus)."""
        for scope in reversed(self._scopes):
            if not scope.has_flow:
                if name in scope.locals and not escape:
                    return
                continue
            if name in scope.globals:
                break
            if scope.kind == "class":
                scope.flow.bind(name)
            return
        if self._deferring():
            self._deferred_binds.add(name)
        else:
            self._flow.bind(name)

    def _unbind(self, name: str) -> None:
        scope = next((scope for scope in reversed(self._scopes) if scope.has_flow), None)
        if scope is not None and name not in scope.globals:
            if scope.kind == "class":
                scope.flow.unbind(name)
        elif not self._deferring():
            self._flow.unbind(name)

    def _mutate(self, target: ast.expr, *, by_call: bool = False) -> None:
        name = root_name(target)
        if name is None:
            return
        home = self._home(name)
        if home == "deferred":
            self._deferred_mutates.add(name)
        elif home == "module" and not self._flow.has(name):
            self._mutates.add(name)
            if not (by_call and isinstance(target, ast.Name)):
                self._mutates_otherwise.add(name)
        path = target.value if isinstance(target, ast.Subscript) else target
        if name == "sys" and isinstance(path, ast.Attribute) and path.attr in ("path", "meta_path", "path_hooks"):
            self._import_path = True

    def _current_flow(self) -> Flow:
        """The flow of the innermost scope that has one: a class, a function or the module."""
        for scope in reversed(self._scopes):
            if scope.has_flow:
                return scope.flow
        return self._flow

    def _branches(self) -> Branches:
        return Branches([self._flow, *(scope.flow for scope in self._scopes if scope.has_flow)])
