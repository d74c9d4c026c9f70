"""Which cell really reads what of which other one: cells run in a namespace that notes it."""

from __future__ import annotations
import __future__

import ast
import asyncio
import builtins
import inspect

from daglab.notebooks.parsed import parse_cells
from daglab.notebooks.slicer import GIVEN_NAMES


class TracedNamespace(dict):
    """A namespace of globals that notes who has bound a name that another cell reads.

    Code of functions looks its globals up here, too: CPython has a short way for exact dictionaries only.
    """

    def __init__(self, given=()):
        super().__init__(given)
        self.cell = 0
        self.bound_by = {}
        self.reads = set()
        self.early = set()

    def __getitem__(self, name):
        value = super().__getitem__(name)
        writer = self.bound_by.get(name)
        if writer is None:
            self.early.add((self.cell, name))
        elif writer != self.cell:
            self.reads.add((writer, self.cell, name))
        return value

    def __setitem__(self, name, value):
        self.bound_by[name] = self.cell
        super().__setitem__(name, value)

    def __delitem__(self, name):
        self.bound_by.pop(name, None)
        super().__delitem__(name)

    def bind(self, name, value):
        self[name] = value
        return value


class _Traceable(ast.NodeTransformer):
    """Lets every store of a global go through the namespace: CPython's own instruction for it goes past it."""

    def __init__(self):
        self._globals = [None]  # of the scopes around, that of the module first

    def visit_scope(self, node):
        stack, found = list(node.body), set()
        while stack:
            each = stack.pop()
            if isinstance(each, ast.Global):
                found.update(each.names)
            elif not isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
                stack += ast.iter_child_nodes(each)
        node.decorator_list = [self.visit(each) for each in node.decorator_list]
        if isinstance(node, ast.ClassDef):
            node.bases = [self.visit(each) for each in node.bases]
        else:
            node.args.defaults = [self.visit(each) for each in node.args.defaults]
            node.returns = self.visit(node.returns) if node.returns is not None else None
            for argument in ast.walk(node.args):
                if isinstance(argument, ast.arg) and argument.annotation is not None:
                    argument.annotation = self.visit(argument.annotation)
        self._globals.append(found)
        node.body = [self.visit(each) for each in node.body]
        self._globals.pop()
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = visit_scope

    def visit_Lambda(self, node):
        node.args.defaults = [self.visit(each) for each in node.args.defaults]
        self._globals.append(set())
        node.body = self.visit(node.body)
        self._globals.pop()
        return node

    def visit_Global(self, node):
        return ast.copy_location(ast.Pass(), node)

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Load) or node.id not in (self._globals[-1] or ()):
            return node
        place = ast.Subscript(ast.Name("_namespace_", ast.Load()), ast.Constant(node.id), node.ctx)
        return ast.copy_location(place, node)

    def visit_NamedExpr(self, node):
        node.value = self.visit(node.value)
        if self._globals[-1] is not None and node.target.id not in self._globals[-1]:
            return node
        method = ast.Attribute(ast.Name("_namespace_", ast.Load()), "bind", ast.Load())
        return ast.copy_location(ast.Call(method, [ast.Constant(node.target.id), node.value], []), node)


class NoShell:
    """What `get_ipython()` gives: a shell in which nothing happens."""

    def __getattr__(self, name):
        return lambda *arguments, **options: None


def trace(notebook, given=None):
    """Runs the code cells from top to bottom until one fails.

    Returns:
        The namespace with what it has noted, and the positions of the cells that ran, the failed one last.
    """
    namespace = TracedNamespace(
        {"__name__": "__main__", "__builtins__": builtins, "get_ipython": NoShell, "display": lambda *_, **__: None}
    )
    dict.update(namespace, {**(given or {}), "_namespace_": namespace})
    ran = []
    for parsed in parse_cells(notebook):
        namespace.cell = parsed.cell.position
        ran.append(parsed.cell.position)
        try:
            _run(parsed, namespace)
        except (Exception, SystemExit) as error:
            return namespace, ran, error
    return namespace, ran, None


def _run(parsed, namespace):
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    for feature in parsed.features:
        flags |= getattr(__future__, feature).compiler_flag
    module = ast.fix_missing_locations(_Traceable().visit(ast.parse(parsed.python)))
    code = compile(module, f"cell {parsed.cell.position}", "exec", flags=flags, dont_inherit=True)
    result = eval(code, namespace)
    if inspect.iscoroutine(result):
        asyncio.run(result)


def missing_edges(graph, namespace):
    """The reads that really happened, as (source, target, name), and are no edge of a graph.

    Of names that one statement has bound together, the one that the reader itself names stands for all.
    """
    drawn = {(edge.source, edge.target, name) for edge in graph.edges for name in edge.names}
    together = {}
    for statement in graph.timeline.statements:
        for name in statement.names.all_binds:
            together.setdefault((statement.cell.cell.position, name), set()).update(statement.names.all_binds)
    return {
        (source, target, name)
        for source, target, name in namespace.reads - drawn
        if name not in GIVEN_NAMES
        and not any((source, target, other) in drawn for other in together.get((source, name), ()))
    }
