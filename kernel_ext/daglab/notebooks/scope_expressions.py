"""The walk over expressions, in the order of evaluation."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from daglab.notebooks.flow import Scope, function_locals, root_name
from daglab.notebooks.magic_calls import DYNAMIC_LINE_MAGICS, ipython_call, names_bound_by_magic, names_in_magic
from daglab.notebooks.scope_names import NameRecord

# Methods that change their object and return None: where the result is used, it is another type's pure method.
_CHANGE_AND_RETURN_NONE: Final = frozenset(
    {"append", "extend", "update", "sort", "insert", "remove", "clear", "add", "discard", "reverse", "appendleft",
     "extendleft", "rotate", "difference_update", "intersection_update", "symmetric_difference_update",
     "move_to_end", "subtract", "fill", "put", "itemset", "resize", "partition",
     # of models, whose results are mostly not used
     "fit", "train", "load_state_dict", "load_weights", "zero_grad", "backward", "step"}
)  # fmt: skip
_CHANGE_AND_RETURN: Final = frozenset(
    {"pop", "popitem", "popleft", "setdefault", "__setitem__", "__delitem__", "__next__", "fit_transform",
     "fit_predict", "partial_fit"}
)  # fmt: skip
# Functions that change their first argument.
_CHANGE_FIRST_ARGUMENT: Final = frozenset(
    {"setattr", "delattr", "next", "shuffle", "heappush", "heappop", "heapify", "heapreplace", "heappushpop",
     "insort", "insort_left", "insort_right"}
)  # fmt: skip
# Bare calls that set the state of a module on which later results depend.
_CONFIGURE: Final = frozenset(
    {"seed", "manual_seed", "set_seed", "set_random_seed", "set_option", "set_options", "reset_option",
     "set_printoptions", "seterr", "filterwarnings", "simplefilter", "setlocale", "basicConfig", "use", "set_theme",
     "set_style", "set_context", "set_palette", "chdir", "load_dotenv", "setrecursionlimit", "register",
     "set_default_dtype", "set_config", "use_deterministic_algorithms", "register_converter", "register_adapter",
     "addsitedir", "putenv", "setdefaulttimeout", "tzset", "load_env"}
)  # fmt: skip
_DYNAMIC_CALLS: Final = frozenset({"exec", "eval", "globals"})
_DYNAMIC_WITHOUT_ARGUMENTS: Final = frozenset({"locals", "vars", "dir"})


class ExpressionWalk(NameRecord):
    """Walks expressions and targets. `expression` is a loop, not a recursion: expressions may be deep."""

    def expression(self, node: ast.AST | None) -> None:
        """Walks an expression in the order of evaluation."""
        if node is None:
            return
        stack: list[ast.AST] = [node]
        while stack:
            current = stack.pop()
            handler = _EXPRESSIONS.get(type(current))
            if handler is not None:
                handler(self, current)
                continue
            if isinstance(current, ast.Call):
                self._call(current)
            stack.extend(reversed(list(ast.iter_child_nodes(current))))

    def expressions(self, nodes: Iterable[ast.AST | None]) -> None:
        """Walks several, one after the other."""
        for node in nodes:
            self.expression(node)

    def _name(self, node: ast.Name) -> None:
        self._read(node.id)

    def _named(self, node: ast.NamedExpr) -> None:
        self.expression(node.value)
        self._bind(node.target.id, escape=True)

    def _dict(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            self.expression(key)
            self.expression(value)

    def _short_circuit(self, first: Sequence[ast.expr], rest: Sequence[ast.expr]) -> None:
        self.expressions(first)
        with self._branches() as branches:
            branches.run(lambda: self.expressions(rest))
            branches.skip()

    def _bool(self, node: ast.BoolOp) -> None:
        self._short_circuit(node.values[:1], node.values[1:])

    def _compare(self, node: ast.Compare) -> None:
        self._short_circuit([node.left, *node.comparators[:1]], node.comparators[1:])

    def _conditional(self, node: ast.IfExp) -> None:
        self.expression(node.test)
        with self._branches() as branches:
            branches.run(lambda: self.expression(node.body))
            branches.run(lambda: self.expression(node.orelse))

    def _lambda(self, node: ast.Lambda) -> None:
        self.expressions([*node.args.defaults, *node.args.kw_defaults])
        self._function_body(node.args, [node.body], lambda: self._result_unused(node.body))

    def _comprehension(self, node: Any, *, unused: bool = False) -> None:
        first: ast.comprehension = node.generators[0]
        self.expression(first.iter)
        scope = Scope(kind="block", locals=function_locals([each.target for each in node.generators]).bound)
        with self._branches() as branches:
            branches.run(lambda: self._comprehension_body(node, scope, unused=unused))
            branches.skip()

    def _comprehension_body(self, node: Any, scope: Scope, *, unused: bool) -> None:
        self._scopes.append(scope)
        for index, generator in enumerate(node.generators):
            if index:
                self.expression(generator.iter)
            self.target(generator.target)
            self.expressions(generator.ifs)
        if isinstance(node, ast.DictComp):
            self.expressions([node.key, node.value])
        elif unused:
            self._result_unused(node.elt)
        else:
            self.expression(node.elt)
        self._scopes.pop()

    def _function_body(self, arguments: ast.arguments, body: Sequence[ast.AST], walk: Callable[[], None]) -> None:
        found = function_locals(body)
        parameters = {argument.arg for argument in all_arguments(arguments)}
        own = (found.bound | parameters) - found.globals - found.nonlocals
        self._scopes.append(Scope(kind="function", locals=frozenset(own), globals=found.globals))
        walk()
        self._scopes.pop()

    def _result_unused(self, node: ast.expr) -> None:
        """An expression whose value nobody takes: `x.append(1)` there is called for its effect."""
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
            self._comprehension(node, unused=True)
            return
        calls = [node]
        while calls:
            call = calls.pop()
            if isinstance(call, ast.BoolOp):
                calls += call.values[1:]
            elif isinstance(call, ast.IfExp):
                calls += [call.body, call.orelse]
            elif isinstance(call, ast.Await):
                calls.append(call.value)
            elif isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                self._effect(call.func)
        self.expression(node)

    def _effect(self, method: ast.Attribute) -> None:
        if method.attr in _CHANGE_AND_RETURN_NONE:
            self._mutate(method.value, by_call=True)
        elif method.attr in _CONFIGURE:
            name = root_name(method.value)
            if name is not None and self._home(name) == "module":
                self._configures.add(name)

    def _call(self, node: ast.Call) -> None:
        function = node.func
        if isinstance(function, ast.Attribute):
            if function.attr in _CHANGE_AND_RETURN or _is_inplace(node):
                self._mutate(function.value, by_call=not _is_inplace(node))
            elif function.attr == "fit" and node.args and not isinstance(function.value, ast.Attribute):
                # `history = model.fit(x, y)` trains the model; `model.fit()` and `stats.norm.fit(x)` do not.
                self._mutate(function.value, by_call=True)
            self._magic(node, function)
        if node.args and called_name(function) in _CHANGE_FIRST_ARGUMENT:
            self._mutate(node.args[0])
        if isinstance(function, ast.Name):
            self._dynamic_call(node, function.id)

    def _dynamic_call(self, node: ast.Call, name: str) -> None:
        home = self._home(name)
        if home == "local" or (home == "module" and self._flow.has(name)):
            return
        bare = not node.args and not node.keywords
        if name in _DYNAMIC_CALLS or (name in _DYNAMIC_WITHOUT_ARGUMENTS and bare and home == "module"):
            self._dynamic = self._dynamic or f"{name}()"

    def _magic(self, node: ast.Call, function: ast.Attribute) -> None:
        call = ipython_call(node, function)
        if call is None:
            return
        if call.method not in ("run_line_magic", "run_cell_magic", "system", "getoutput", "getoutput_lines"):
            if call.method in ("run_cell", "ex", "ev", "push", "user_ns", "run_code", "safe_execfile"):
                self._dynamic = self._dynamic or f"get_ipython().{call.method}()"
            return
        if call.magic in DYNAMIC_LINE_MAGICS:
            self._dynamic = self._dynamic or f"%{call.magic}"
        for name in names_in_magic(call):
            if self._home(name) == "module" and not self._flow.has(name):
                self._weak.add(name)
        for name in names_bound_by_magic(call):
            self._bind(name)

    def target(self, node: ast.AST) -> None:
        """Binds what a target names; a subscript or an attribute is a mutation."""
        if isinstance(node, ast.Name):
            self._bind(node.id)
        elif isinstance(node, (ast.Tuple, ast.List)):
            for element in node.elts:
                self.target(element)
        elif isinstance(node, ast.Starred):
            self.target(node.value)
        elif isinstance(node, (ast.Attribute, ast.Subscript)):
            self.expression(node.value)
            if isinstance(node, ast.Subscript):
                self.expression(node.slice)
            self._mutate(node)


def all_arguments(arguments: ast.arguments) -> list[ast.arg]:
    """The parameters of a function, `*args` and `**kwargs` included."""
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return named + [each for each in (arguments.vararg, arguments.kwarg) if each is not None]


def called_name(function: ast.expr) -> str:
    """The last word of what is called: f for `f(...)` and `a.b.f(...)`, "" if there is none."""
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _is_inplace(node: ast.Call) -> bool:
    return any(
        keyword.arg == "inplace" and isinstance(keyword.value, ast.Constant) and keyword.value.value is True
        for keyword in node.keywords
    )


_Handler = Callable[[ExpressionWalk, Any], None]
_EXPRESSIONS: Final[dict[type[ast.AST], _Handler]] = {
    ast.Name: ExpressionWalk._name,
    ast.NamedExpr: ExpressionWalk._named,
    ast.Dict: ExpressionWalk._dict,
    ast.BoolOp: ExpressionWalk._bool,
    ast.Compare: ExpressionWalk._compare,
    ast.IfExp: ExpressionWalk._conditional,
    ast.Lambda: ExpressionWalk._lambda,
    ast.ListComp: ExpressionWalk._comprehension,
    ast.SetComp: ExpressionWalk._comprehension,
    ast.DictComp: ExpressionWalk._comprehension,
    ast.GeneratorExp: ExpressionWalk._comprehension,
}
