"""Assets that cannot be made on trial: what they store would go where the real values are."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from daglab.definitions.nodes import DEFAULT_IO_MANAGER_KEY
from daglab.orchestration.locations import LoadedWorkspace
from daglab.planning.graph import AssetNode
from daglab.planning.job_plan import io_manager_key_of


def unverifiable(workspace: LoadedWorkspace, there: Collection[str]) -> Mapping[str, str]:
    """Why each of these assets of a workspace cannot be made on trial.

    Args:
        workspace: the assets.
        there: the keys of those whose recorded value can be read, so that nobody has to make them.
    """
    found: dict[str, str] = {}
    by_computation: dict[str, str] = {}
    graph = workspace.graph
    for key in graph.order:
        node = graph.nodes[key]
        reason = _own_reason(node, workspace) or by_computation.get(node.definition.node.name, "")
        for parent in node.parents:
            if not reason and parent in found and parent not in there:
                reason = f"it needs {parent!r}, which is not there, and cannot be made on trial: {found[parent]}"
        if reason:
            found[key] = by_computation[node.definition.node.name] = reason
    for key, node in graph.nodes.items():  # the others that the same computation makes
        if node.definition.node.name in by_computation:
            found.setdefault(key, by_computation[node.definition.node.name])
    return found


def _own_reason(node: AssetNode, workspace: LoadedWorkspace) -> str:
    definition = node.definition
    if definition.partitions_def is not None:
        return "it has partitions, and only whole assets are verified"
    out = definition.node.outs.get(node.output_name)
    key = io_manager_key_of(node.spec, out.io_manager_key if out else DEFAULT_IO_MANAGER_KEY)
    if key != DEFAULT_IO_MANAGER_KEY or key in workspace.resources or key in definition.resource_defs:
        return f"the IO manager {key!r} would store it where the real value is"
    return ""
