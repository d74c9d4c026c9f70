"""Which names an asset cell hands on, when its line does not say."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from daglab.notebooks.names import CellNames
from daglab.notebooks.scope import analyze_statement


def output_candidates(names: CellNames) -> tuple[str, ...]:
    """The public names that a cell may be meant to make, in the order in which they are bound.

    The rule, step by step:

    1. Only names bound at the top level of the cell, without a leading underscore, and not deleted again.
    2. Names of values: bound by an assignment (also augmented, annotated, unpacking, `:=`), on every way through
       the cell or on some. Names of imports, functions, classes, loop variables, `with ... as` and `case`
       captures are tools.
    3. A value that goes into another one is a helper: after its last assignment or change in place it is
       read (also by a function body) by a statement that binds or changes another name. Reading it in a bare
       expression, as `df.head()` or `print(df)`, or in an `assert` makes it no helper.
    4. The values that are no helpers are the candidates. If there are none, all values; if there are no values
       at all, the functions and classes that are not used by others.

    Example:
        >>> from daglab.notebooks.scope import analyze_cell
        >>> output_candidates(analyze_cell("raw = load()\\nclean = raw.dropna()\\nclean.head()"))
        ('clean',)
    """
    present = names.all_binds
    values = _bound_in_order(names.module, _value_names)
    tools = _bound_in_order(names.module, _definition_names)
    values = [name for name in values if _is_public(name) and name in present]
    tools = [name for name in tools if _is_public(name) and name in present and name not in values]
    helpers = _helpers(names)
    finished = [name for name in values if name not in helpers]
    return tuple(finished or values or [name for name in tools if name not in helpers] or tools)


def _is_public(name: str) -> bool:
    return not name.startswith("_")


def _bound_in_order(module: ast.Module, names_of: Callable[[ast.stmt], Iterable[str]]) -> list[str]:
    found: dict[str, None] = {}
    for node in module.body:
        for name in names_of(node):
            # The last binding counts: a cell usually ends with what it makes.
            found.pop(name, None)
            found[name] = None
    return list(found)


def _value_names(statement: ast.stmt) -> Iterable[str]:
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            continue
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _target_names(target)
        elif isinstance(node, (ast.AugAssign, ast.NamedExpr)) or (
            isinstance(node, ast.AnnAssign) and node.value is not None
        ):
            yield from _target_names(node.target)
        stack.extend(reversed(list(ast.iter_child_nodes(node))))


def _definition_names(statement: ast.stmt) -> Iterable[str]:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield statement.name


def _target_names(target: ast.expr) -> Iterable[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            yield from _target_names(element)
    elif isinstance(target, ast.Starred):
        yield from _target_names(target.value)


def _helpers(names: CellNames) -> set[str]:
    """Names that go into other ones after their own last change (rule 3)."""
    helpers: set[str] = set()
    for statement in names.module.body:
        for used, made, is_header in _steps(statement):
            helpers |= {name for name in used if made - {name}}
            helpers -= set() if is_header else made
    return helpers


def _steps(statement: ast.stmt) -> Iterator[tuple[frozenset[str], frozenset[str], bool]]:
    """What the parts of a statement use and make: first the head of a compound one, then what is inside."""
    names = analyze_statement(statement)
    made = names.all_binds | names.mutates
    bodies = [getattr(statement, field, []) for field in ("body", "orelse", "finalbody")]
    bodies += [handler.body for handler in getattr(statement, "handlers", ())]
    if isinstance(statement, (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try)):
        head = [node for node in ast.iter_child_nodes(statement) if not isinstance(node, ast.stmt)]
        yield (
            frozenset(each.id for node in head for each in ast.walk(node) if isinstance(each, ast.Name)),
            made,
            True,
        )
        for inner in (each for body in bodies for each in body):
            yield from _steps(inner)
    else:
        yield names.reads | names.deferred_reads, made, False
