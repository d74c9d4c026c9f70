"""The analysis of names: which a statement reads, binds, mutates and deletes, by Python's rules of scope.

One pass in the order of execution. What is bound on every way through a statement is followed precisely, so that
`reads` may name too much and never too little.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

from daglab.notebooks.flow import Scope, function_locals
from daglab.notebooks.names import CellNames, StatementNames
from daglab.notebooks.scope_expressions import ExpressionWalk, all_arguments, called_name

_FUTURE_ANNOTATIONS: Final = "annotations"


def analyze_cell(source: str, *, features: Iterable[str] = ()) -> CellNames:
    """Analyzes the Python source of a cell.

    Args:
        source: Python, as `to_python` gives it.
        features: names imported from `__future__` by earlier cells.

    Raises:
        SyntaxError: the source is not Python.
        RecursionError: it is nested deeper than Python itself could run it.

    Example:
        >>> analyze_cell("y = x + 1").reads
        ('x',)
    """
    module = ast.parse(source)
    active = set(features)
    statements = []
    for node in module.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            active.update(alias.name for alias in node.names)
        statements.append(analyze_statement(node, features=active))
    return CellNames.of(module, statements)


def analyze_statement(node: ast.stmt, *, features: Iterable[str] = ()) -> StatementNames:
    """Analyzes one top-level statement; the arguments are those of `analyze_cell`."""
    return _StatementWalk(lazy_annotations=_FUTURE_ANNOTATIONS in features).run(node)


class _StatementWalk(ExpressionWalk):
    """One walk over one statement."""

    def __init__(self, *, lazy_annotations: bool) -> None:
        super().__init__()
        self._lazy_annotations = lazy_annotations
        self._header_deferred: set[str] = set()  # by what a function's decorators, defaults and annotations make

    def run(self, node: ast.stmt) -> StatementNames:
        self.statement(node)
        binds = frozenset(self._flow.bound)
        # In `a = sorted(b, key=lambda x: a[x])` the function is called while the name still has its value from before.
        before = (self._header_deferred if _is_definition(node) else self._deferred) & binds
        return StatementNames(
            binds=binds,
            maybe_binds=frozenset(self._flow.maybe | self._deferred_binds) - binds,
            reads=frozenset(self._reads),
            weak_reads=frozenset((self._weak | before) - self._reads),
            deferred_reads=frozenset(self._deferred - binds),
            deferred_mutates=frozenset(self._deferred_mutates - binds),
            mutates=frozenset(self._mutates),
            calls_in_place=frozenset(self._mutates - self._mutates_otherwise),
            configures=frozenset(self._configures),
            deletes=frozenset(self._flow.gone - binds),
            star_imports=tuple(self._stars),
            dynamic=self._dynamic,
            imports=frozenset(self._imports),
            submodules=frozenset(self._submodules),
            is_definition=_is_definition(node),
            changes_import_path=self._import_path,
        )

    def statement(self, node: ast.AST) -> None:
        handler = _STATEMENTS.get(type(node))
        if handler is not None:
            handler(self, node)
        else:
            self.expressions(ast.iter_child_nodes(node))

    def statements(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.statement(node)

    def _expr(self, node: ast.Expr) -> None:
        self._result_unused(node.value)

    def _assign(self, node: ast.Assign) -> None:
        self.expression(node.value)
        for target in node.targets:
            self.target(target)

    def _augmented(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self._read(node.target.id)
            self._mutate(node.target)
        else:
            self.expression(node.target.value)
        self.expression(node.value)
        self.target(node.target)

    def _annotated(self, node: ast.AnnAssign) -> None:
        self.expression(node.value)
        if node.value is not None:
            self.target(node.target)
        elif not node.simple and isinstance(node.target, (ast.Attribute, ast.Subscript)):
            self.expression(node.target.value)
        if not self._scopes or self._scopes[-1].kind != "function":
            self._annotation(node.annotation)

    def _annotation(self, node: ast.expr | None) -> None:
        if not self._lazy_annotations:
            self.expression(node)

    def _delete(self, node: ast.Delete) -> None:
        stack: list[ast.AST] = list(reversed(node.targets))
        while stack:
            target = stack.pop()
            if isinstance(target, ast.Name):
                self._unbind(target.id)
            elif isinstance(target, (ast.Tuple, ast.List)):
                stack.extend(reversed(target.elts))
            else:
                self.target(target)

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            root, dot, _ = alias.name.partition(".")
            self._bind_import(alias.asname or root)
            if dot and alias.asname is None and not self._scopes:
                self._submodules.add(root)

    def _import_from(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name == "*":
                self._stars.append("." * node.level + (node.module or ""))
            else:
                self._bind_import(alias.asname or alias.name)

    def _bind_import(self, name: str) -> None:
        self._bind(name)
        if not self._scopes:
            self._imports.add(name)

    def _scope_declaration(self, _node: ast.AST) -> None:
        """`global` and `nonlocal` were taken in when the scope was entered."""

    def _leave(self, node: ast.AST) -> None:
        self.expressions(ast.iter_child_nodes(node))
        self._current_flow().dead = True

    def _assert(self, node: ast.Assert) -> None:
        self.expression(node.test)
        with self._branches() as branches:
            branches.run(lambda: self.expression(node.msg), completes=False)
            branches.skip()

    def _if(self, node: ast.If) -> None:
        self.expression(node.test)
        with self._branches() as branches:
            branches.run(lambda: self.statements(node.body))
            branches.run(lambda: self.statements(node.orelse))

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        self.expression(node.iter)
        with self._branches() as branches:
            branches.run(lambda: self._loop_body(node), completes=False)
            branches.run(lambda: self._loop_else(node))

    def _loop_body(self, node: ast.For | ast.AsyncFor) -> None:
        self.target(node.target)
        self.statements(node.body)

    def _while(self, node: ast.While) -> None:
        self.expression(node.test)
        with self._branches() as branches:
            branches.run(lambda: self.statements(node.body), completes=False)
            branches.run(lambda: self._loop_else(node))

    def _loop_else(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        if any(isinstance(each, ast.Break) for part in node.body for each in ast.walk(part)):
            with self._branches() as branches:
                branches.run(lambda: self.statements(node.orelse))
                branches.skip()
        else:
            self.statements(node.orelse)

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self.expression(item.context_expr)
            if item.optional_vars is not None:
                self.target(item.optional_vars)
        with self._branches() as branches:
            branches.run(lambda: self.statements(node.body))
            if any(_suppresses(item.context_expr) for item in node.items):
                branches.skip()

    def _try(self, node: Any) -> None:
        catches_names = any(_catches_name_error(handler) for handler in node.handlers)
        before = self._current_flow().copy()
        with self._branches() as branches:
            branches.run(lambda: self._try_body(node, catches_names=catches_names))
            for handler in node.handlers:
                branches.run(partial(self._handler, handler))
        if node.finalbody:
            after = self._current_flow().copy()
            self._current_flow().become(before)
            self._current_flow().maybe |= after.maybe | after.bound
            self.statements(node.finalbody)
            self._current_flow().add_after(after, before)

    def _try_body(self, node: Any, *, catches_names: bool) -> None:
        self._tries_names += catches_names
        self.statements(node.body)
        self._tries_names -= catches_names
        self.statements(node.orelse)

    def _handler(self, node: ast.ExceptHandler) -> None:
        self.expression(node.type)
        flow = self._current_flow()
        was_maybe = node.name in flow.maybe or node.name in flow.bound
        if node.name is not None:
            self._bind(node.name)
        self.statements(node.body)
        if node.name is not None:
            flow.bound.discard(node.name)
            if not was_maybe:
                flow.maybe.discard(node.name)

    def _match(self, node: ast.Match) -> None:
        self.expression(node.subject)
        with self._branches() as branches:
            for case in node.cases:
                branches.run(partial(self._case, case))
            last = node.cases[-1]
            if last.guard is not None or not _always_matches(last.pattern):
                branches.skip()

    def _case(self, case: ast.match_case) -> None:
        for part in ast.walk(case.pattern):
            if isinstance(part, (ast.MatchAs, ast.MatchStar)) and part.name is not None:
                self._bind(part.name)
            elif isinstance(part, ast.MatchMapping):
                self.expressions(part.keys)
                if part.rest is not None:
                    self._bind(part.rest)
            elif isinstance(part, ast.MatchValue):
                self.expression(part.value)
            elif isinstance(part, ast.MatchClass):
                self.expression(part.cls)
        self.expression(case.guard)
        self.statements(case.body)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        arguments = node.args
        self.expressions([*node.decorator_list, *arguments.defaults, *arguments.kw_defaults])

        def signature() -> None:
            for argument in all_arguments(arguments):
                self._annotation(argument.annotation)
            self._annotation(node.returns)
            if not any(scope.has_flow for scope in self._scopes):
                self._header_deferred |= self._deferred
            self._function_body(arguments, node.body, lambda: self.statements(node.body))

        self._with_type_parameters(node, signature)
        self._bind(node.name)

    def _class(self, node: ast.ClassDef) -> None:
        self.expressions(node.decorator_list)
        outside = self._deferring()

        def body() -> None:
            self.expressions([*node.bases, *node.keywords])
            found = function_locals(node.body)
            self._scopes.append(Scope(kind="class", globals=found.globals))
            for name in ("__name__", "__module__", "__qualname__"):
                self._scopes[-1].flow.bind(name)
            for statement in node.body:
                self.statement(statement)
                if not _is_definition(statement) and not outside and _calls(statement):
                    # What the body has made by now is perhaps called here, before names after the class are bound.
                    self._weak |= self._deferred - self._flow.bound
            self._scopes.pop()

        self._with_type_parameters(node, body)
        self._bind(node.name)

    def _type_alias(self, node: Any) -> None:
        def value() -> None:
            self._scopes.append(Scope(kind="function"))
            self.expression(node.value)
            self._scopes.pop()

        self._with_type_parameters(node, value)
        self.target(node.name)

    def _with_type_parameters(self, node: Any, walk: Callable[[], None]) -> None:
        parameters = getattr(node, "type_params", ())
        if not parameters:
            walk()
            return
        names = frozenset(parameter.name for parameter in parameters)
        self._scopes.append(Scope(kind="parameters", locals=names))
        for parameter in parameters:
            # Bounds and defaults are computed when somebody asks for them.
            self._scopes.append(Scope(kind="function"))
            self.expressions([getattr(parameter, "bound", None), getattr(parameter, "default_value", None)])
            self._scopes.pop()
        walk()
        self._scopes.pop()


def _is_definition(node: ast.stmt) -> bool:
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        return isinstance(node.value, ast.Lambda)
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))


def _calls(node: ast.stmt) -> bool:
    return any(isinstance(one, ast.Call) for one in ast.walk(node))


def _suppresses(context: ast.expr) -> bool:
    return isinstance(context, ast.Call) and called_name(context.func) in ("suppress", "raises")


def _catches_name_error(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(kind, ast.Name) and kind.id in ("NameError", "UnboundLocalError") for kind in kinds)


def _always_matches(pattern: ast.pattern) -> bool:
    if isinstance(pattern, ast.MatchOr):
        return any(map(_always_matches, pattern.patterns))
    return isinstance(pattern, ast.MatchAs) and (pattern.pattern is None or _always_matches(pattern.pattern))


_Handler = Callable[[_StatementWalk, Any], None]
_STATEMENTS: Final[dict[type[ast.AST], _Handler]] = {
    ast.Expr: _StatementWalk._expr,
    ast.Assign: _StatementWalk._assign,
    ast.AugAssign: _StatementWalk._augmented,
    ast.AnnAssign: _StatementWalk._annotated,
    ast.Delete: _StatementWalk._delete,
    ast.Import: _StatementWalk._import,
    ast.ImportFrom: _StatementWalk._import_from,
    ast.Global: _StatementWalk._scope_declaration,
    ast.Nonlocal: _StatementWalk._scope_declaration,
    ast.Raise: _StatementWalk._leave,
    ast.Return: _StatementWalk._leave,
    ast.Break: _StatementWalk._leave,
    ast.Continue: _StatementWalk._leave,
    ast.Assert: _StatementWalk._assert,
    ast.If: _StatementWalk._if,
    ast.For: _StatementWalk._for,
    ast.AsyncFor: _StatementWalk._for,
    ast.While: _StatementWalk._while,
    ast.With: _StatementWalk._with,
    ast.AsyncWith: _StatementWalk._with,
    ast.Try: _StatementWalk._try,
    ast.Match: _StatementWalk._match,
    ast.FunctionDef: _StatementWalk._function,
    ast.AsyncFunctionDef: _StatementWalk._function,
    ast.ClassDef: _StatementWalk._class,
}
if hasattr(ast, "TryStar"):
    _STATEMENTS[ast.TryStar] = _StatementWalk._try
if hasattr(ast, "TypeAlias"):
    _STATEMENTS[ast.TypeAlias] = _StatementWalk._type_alias
