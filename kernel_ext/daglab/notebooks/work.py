"""Work in plain cells that would be better done once, by an asset."""

from __future__ import annotations

import ast

_MODULES = frozenset({"requests", "httpx", "urllib"})
_FUNCTIONS = frozenset({"open", "urlopen", "urlretrieve", "scan_csv", "scan_parquet"})
_READERS = (
    "read_avro", "read_bytes", "read_csv", "read_database", "read_delta", "read_excel", "read_feather",
    "read_file", "read_fwf", "read_gbq", "read_hdf", "read_html", "read_ipc", "read_json", "read_orc",
    "read_parquet", "read_pickle", "read_sas", "read_spss", "read_sql", "read_stata", "read_table", "read_text",
    "read_xml",
)  # fmt: skip


def describe_work(statement: ast.stmt) -> str | None:
    """What a top-level statement does that takes time or reads from outside, None if it seems cheap.

    Example:
        >>> describe_work(ast.parse("df = pd.read_csv('a.csv')").body[0])
        'read_csv()'
    """
    if isinstance(statement, (ast.For, ast.AsyncFor)):
        return "a for loop"
    if isinstance(statement, ast.While):
        return "a while loop"
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(node, ast.Call) and (found := _described_call(node.func)) is not None:
            return found
        stack += ast.iter_child_nodes(node)
    return None


def _described_call(function: ast.expr) -> str | None:
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    root = function
    while isinstance(root, ast.Attribute):
        root = root.value
    from_network = isinstance(function, ast.Attribute) and isinstance(root, ast.Name) and root.id in _MODULES
    if name in _FUNCTIONS or name.startswith(_READERS) or (from_network and name in ("get", "post", "put", "request")):
        return f"{name}()"
    return None
