"""Changes that no name shows: by another name of the same value, or by a call that may change what it is given."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from daglab.notebooks.cell_graph import CellGraph
from daglab.notebooks.flow import root_name
from daglab.notebooks.timeline import PlainStatement

# Bare calls of these methods show a value, or write it somewhere; they leave it as it is.
_HARMLESS_METHODS: Final = frozenset(
    {"boxplot", "close", "copy", "corr", "count", "decode", "describe", "display", "encode", "endswith",
     "explore", "format", "get", "groupby", "head", "hist", "hvplot", "index", "info", "isna", "isnull",
     "items", "join", "keys", "lower", "max", "mean", "median", "memory_usage", "min", "notna", "nunique",
     "plot", "pprint", "predict", "predict_proba", "print", "query", "round", "sample", "save", "savefig",
     "score", "shape", "show", "split", "startswith", "std", "strip", "style", "sum", "summary", "tail",
     "tolist", "transform", "unique", "upper", "value_counts", "values", "var", "view", "warning", "write",
     "writelines"}
)  # fmt: skip
_HARMLESS_PREFIXES: Final = ("as_", "get_", "is", "plot_", "read", "show_", "to_")
# These change what they are called on, and leave what they are given.
_TAKING_METHODS: Final = frozenset(
    {
        "add",
        "append",
        "discard",
        "extend",
        "fit",
        "insert",
        "partial_fit",
        "put",
        "remove",
        "update",
        *_HARMLESS_METHODS,
    }
)
_CANVASES: Final = frozenset({"ax", "axes", "axs", "fig", "figure", "axis", "chart", "logging", "logger", "log"})
_HARMLESS_FUNCTIONS: Final = frozenset(
    {"print", "display", "pprint", "len", "type", "help", "repr", "str", "isinstance", "assert_frame_equal",
     "HTML", "Markdown", "Image", "sorted", "sum", "min", "max", "any", "all", "list", "dict", "set", "tuple",
     "dir", "hash", "id", "iter", "range", "round", "abs", "enumerate", "zip"}
)  # fmt: skip
# What these give back is new, whatever it was made of.
_FRESH: Final = frozenset(
    {"abs", "add", "agg", "aggregate", "all", "any", "apply", "applymap", "arange", "argsort", "array",
     "assign", "astype", "clip", "combine_first", "concat", "copy", "corr", "count", "crosstab", "cumsum",
     "cut", "deepcopy", "describe", "diff", "div", "dot", "drop", "drop_duplicates", "dropna", "dt", "exp",
     "explode", "expanding", "ffill", "bfill", "fillna", "fit_predict", "fit_transform", "float", "format",
     "full", "get_dummies", "int", "interpolate", "isin", "isna", "isnull", "join", "len", "linspace", "log",
     "lower", "map", "max", "mean", "median", "melt", "merge", "min", "mul", "nlargest", "notna", "notnull",
     "nsmallest", "nunique", "ones", "ones_like", "pivot", "pivot_table", "pow", "predict", "predict_proba",
     "quantile", "range", "rank", "rename", "repeat", "replace", "reset_index", "resample", "rolling", "round",
     "sample", "score", "set_index", "shift", "size", "sort_index", "sort_values", "sorted", "split", "sqrt",
     "std", "str", "strip", "sub", "sum", "tile", "to_csv", "to_datetime", "to_dict", "to_list", "to_numeric",
     "to_numpy", "tolist", "train_test_split", "transform", "unique", "upper", "value_counts", "var", "where",
     "zeros", "zeros_like"}
)  # fmt: skip
_FRESH_NODES = (ast.BinOp, ast.UnaryOp, ast.Compare, ast.JoinedStr, ast.Constant, ast.Lambda)
# `df[df.x > 0]` and `df[["x", "y"]]` are new, `df[1:]` is a part of the old one.
_PICKED = (ast.Compare, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.List)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


@dataclass(frozen=True, kw_only=True, slots=True)
class HiddenChange:
    """A statement that may change the value of `name`, and no name says so.

    Attributes:
        made_in: the cell that made the value. If it is that of the statement, running the whole cell is right.
    """

    name: str
    statement: PlainStatement
    how: str
    made_in: int

    @property
    def made_here(self) -> bool:
        """Whether the value was made in the same cell."""
        return self.made_in == self.statement.cell.cell.position


def hidden_changes(graph: CellGraph) -> Iterator[HiddenChange]:
    """Finds them, in the order of the document."""
    groups = _Groups()
    made_in: dict[str, int] = {}
    for statement in graph.timeline.statements:
        names, here = statement.names, statement.cell.cell.position
        modules = groups.modules
        seen = names.mutates
        touched = {name: f"changes {name!r}" for name in sorted(names.mutates - modules)}
        touched |= dict(_touched(statement.node, modules, groups.functions))
        for name, how in touched.items():
            for other in groups.of(name):
                if other == name and name in seen:
                    continue
                if other in made_in:
                    through = how if other == name else f"{how}, and {other!r} may be the same value"
                    yield HiddenChange(name=other, statement=statement, how=through, made_in=made_in[other])
        groups.take(statement)
        made_in |= dict.fromkeys(names.all_binds, here)


class _Groups:
    """Which names may stand for one value, or for a part of it."""

    def __init__(self) -> None:
        self._group: dict[str, set[str]] = {}
        self.modules: set[str] = set()
        self.functions: set[str] = set()  # of the notebook: what these change is known

    def of(self, name: str) -> list[str]:
        return sorted(self._group.get(name, {name}) | {name})

    def take(self, statement: PlainStatement) -> None:
        names = statement.names
        sharing = {name for name in _shared(statement.node) if name not in self.modules}
        # `c += [b]` and `c = [c]` keep what they share from before.
        sharing |= names.binds & names.reads & names.mutates
        before = set().union(*(self._group.get(name, {name}) for name in sharing))
        for name in names.binds:
            self._group.pop(name, set()).discard(name)
        self.modules = (self.modules - names.all_binds) | names.imports
        self.functions -= names.all_binds
        if isinstance(statement.node, _DEFINITIONS):
            self.functions |= names.binds
        if isinstance(statement.node, _DEFINITIONS) or names.imports:
            return
        together = {*names.all_binds, *sharing, *(names.mutates if sharing - names.mutates else ())}
        if sharing and len(together | before) > 1:
            together |= before.union(*(self._group.get(name, set()) for name in together))
            for name in together:
                self._group[name] = together


def _shared(node: ast.AST) -> Iterator[str]:
    """Names whose values, or parts of them, a statement may give another name to."""
    stack: list[ast.AST] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, (*_FRESH_NODES, *_DEFINITIONS)):
            continue
        if isinstance(current, ast.Expr):
            current = current.value
            if isinstance(current, ast.Call) and isinstance(current.func, ast.Attribute):
                # `x.append(y)`: y may be a part of x from now on
                stack += [*current.args, *current.keywords]
            continue
        if isinstance(current, ast.Name):
            if isinstance(current.ctx, ast.Load):
                yield current.id
        elif isinstance(current, ast.Call):
            if _called(current) not in _FRESH and not _called(current).startswith("read"):
                stack += [current.func] if isinstance(current.func, ast.Attribute) else []
                stack += [*current.args, *current.keywords]
        elif isinstance(current, ast.Subscript) and isinstance(current.slice, _PICKED):
            continue
        elif isinstance(current, (ast.Attribute, ast.Subscript)):
            stack.append(current.value)
        elif isinstance(current, (ast.If, ast.While)):
            stack += [*current.body, *current.orelse]
        else:
            stack += ast.iter_child_nodes(current)


def _touched(node: ast.stmt, modules: set[str], functions: set[str]) -> Iterator[tuple[str, str]]:
    """Names of values that a statement changes or may change, and how."""
    found: dict[str, str] = {}
    loops: list[ast.For | ast.AsyncFor] = []
    stack: list[ast.AST] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, _DEFINITIONS):
            continue
        if isinstance(current, (ast.For, ast.AsyncFor)):
            loops.append(current)
        for name, how in _touched_by(current, modules, functions):
            found.setdefault(name, how)
        stack += ast.iter_child_nodes(current)
    for loop in reversed(loops):
        targets = {each.id for each in ast.walk(loop.target) if isinstance(each, ast.Name)}
        if targets & found.keys():
            for name in _shared(ast.Assign([], loop.iter)):
                found.setdefault(name, f"changes the elements of {name!r}")
    yield from ((name, how) for name, how in found.items() if name not in modules)


def _touched_by(node: ast.AST, modules: set[str], functions: set[str]) -> Iterator[tuple[str, str]]:
    targets: list[ast.expr] = []
    if isinstance(node, (ast.Assign, ast.Delete)):
        targets = [each for each in node.targets if isinstance(each, (ast.Attribute, ast.Subscript))]
    elif isinstance(node, ast.AugAssign):
        targets = [node.target]
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield from _touched_by_call(node.value, modules, functions)
    elif (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("pop", "setdefault")
    ):
        targets = [node.func.value]
    for target in targets:
        name = root_name(target)
        if name is not None:
            yield name, f"changes {name!r}"


def _touched_by_call(call: ast.Call, modules: set[str], functions: set[str]) -> Iterator[tuple[str, str]]:
    function, called = call.func, _called(call)
    root = root_name(function)
    if isinstance(function, ast.Attribute) and root is not None and root not in modules:
        if called not in _HARMLESS_METHODS and not called.startswith(_HARMLESS_PREFIXES):
            yield root, f"calls {root}.{called}(), which may change it"
        if called in _TAKING_METHODS or root in _CANVASES:
            return
    if called in _HARMLESS_FUNCTIONS or root in functions or _draws(root) or called.startswith(_HARMLESS_PREFIXES):
        return
    for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
        name = root_name(argument)
        if name is not None:
            yield name, f"hands {name!r} to {called}(), which may change it"


def _draws(module: str | None) -> bool:
    return module in ("plt", "sns", "px", "go", "alt", "matplotlib", "pylab", "plotly", "seaborn", "np", "pd", "json")


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
