"""Plain cells that define assets, jobs and the like in Python, as a module would."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Final

from daglab.notebooks.parsed import ParsedCell

_DECORATORS: Final = frozenset(
    {"asset", "multi_asset", "asset_check", "multi_asset_check", "graph_asset", "graph_multi_asset",
     "observable_source_asset", "op", "graph", "job", "schedule", "sensor", "asset_sensor", "multi_asset_sensor",
     "run_status_sensor", "run_failure_sensor", "resource", "io_manager", "repository", "hook", "failure_hook",
     "success_hook"}
)  # fmt: skip
_FACTORIES: Final = frozenset(
    {"AssetSpec", "Definitions", "ScheduleDefinition", "SensorDefinition", "JobDefinition", "AssetsDefinition",
     "define_asset_job", "build_schedule_from_partitioned_job", "AutomationConditionSensorDefinition",
     "external_assets_from_specs", "define_dagstermill_asset", "notebook_asset"}
)  # fmt: skip


def imported_names(cells: Iterable[ParsedCell]) -> Mapping[str, str]:
    """Local names to what they are in daglab: `dl` to "" for `import daglab as dl`, `asset` to "asset"."""
    found: dict[str, str] = {}
    for cell in cells:
        for node in cell.names.module.body:
            if isinstance(node, ast.Import):
                found |= {
                    alias.asname or "daglab": ""
                    for alias in node.names
                    if alias.name == "daglab" or (alias.name.startswith("daglab.") and alias.asname is None)
                }
            elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "daglab":
                found |= {alias.asname or alias.name: alias.name for alias in node.names if alias.name != "*"}
                if any(alias.name == "*" for alias in node.names):
                    found |= {name: name for name in (*_DECORATORS, *_FACTORIES)}
    return found


def definition_statements(node: ast.stmt, imported: Mapping[str, str]) -> bool:
    """Whether a statement makes a definition: a decorated function, or a name for a `Definitions(...)` or `op(...)`."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return any(_daglab_name(each, imported) in _DECORATORS for each in node.decorator_list)
    if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Call):
        return _daglab_name(node.value, imported) in _FACTORIES | _DECORATORS
    return False


def function_asset_key(node: ast.stmt, imported: Mapping[str, str]) -> str | None:
    """The key of the asset that a decorated function is, as far as its decorator says it in so many words."""
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    for decorator in node.decorator_list:
        if _daglab_name(decorator, imported) == "asset":
            given = {each.arg: _texts(each.value) for each in getattr(decorator, "keywords", ())}
            whole = given.get("key") or [
                *(given.get("key_prefix") or []),
                *(given.get("name") or [node.name]),
            ]
            return "/".join(whole)
    return None


def _texts(node: ast.expr) -> list[str] | None:
    """The parts of a key that stands there as text or as a list of texts."""
    parts = node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]
    texts = [each.value for each in parts if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return texts if len(texts) == len(parts) else None


def _daglab_name(node: ast.expr, imported: Mapping[str, str]) -> str | None:
    """What a decorator or a called function is in daglab, None if it is nothing of it."""
    while isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Name):
        return imported.get(node.id) or None
    if isinstance(node, ast.Attribute):
        root = node.value
        while isinstance(root, ast.Attribute):
            root = root.value
        if isinstance(root, ast.Name) and imported.get(root.id) == "":
            return node.attr
    return None
