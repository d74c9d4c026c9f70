"""The nodes of a job, by the paths that users write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from daglab.definitions.graph_definition import GraphDefinition
from daglab.errors import InvariantViolationError, suggest


class JobNodes:
    """Finds nodes of a job, and which step gives back what.

    Args:
        job: a `JobDefinition`, of a graph or of assets.
    """

    def __init__(self, job: Any) -> None:
        self._name: str = job.name
        self._graph: GraphDefinition | None = job.graph
        self._top = _top_nodes(job)

    def origin(self, path: str, output_name: str) -> tuple[str, str]:
        """The path of the op, and the output of it, that an output of a node is.

        Raises:
            InvariantViolationError: there is no such node or output.
        """
        definition: Any = None
        for depth, name in enumerate(names := path.split(".")):
            nodes: Mapping[str, Any] = self._top if definition is None else getattr(definition, "node_dict", {})
            if name not in nodes:
                where = f"the job {self._name!r}" if depth == 0 else f"{'.'.join(names[:depth])!r}"
                raise InvariantViolationError(
                    f"{where} has no node {name!r}", hint=suggest(name, nodes) or f"there are {list(nodes)}"
                )
            found = nodes[name]
            definition = getattr(found, "definition", found)
        return _through_graphs(path, definition, output_name)

    def job_output(self, output_name: str) -> tuple[str, str]:
        """The path of the op, and the output of it, that an output of the job is.

        Raises:
            InvariantViolationError: there is no such output.
        """
        if self._graph is None or output_name not in self._graph.outs:
            known = list(self._graph.outs) if self._graph else []
            raise InvariantViolationError(
                f"the job {self._name!r} has no output {output_name!r}",
                hint=suggest(output_name, known) or f"its outputs are {known}",
            )
        mapping = self._graph.get_output_mapping(output_name)
        inner = self._graph.node_dict[mapping.mapped_node_name].definition
        return _through_graphs(mapping.mapped_node_name, inner, mapping.mapped_node_output_name)


def _through_graphs(path: str, definition: Any, output_name: str) -> tuple[str, str]:
    while True:
        if output_name not in definition.outs:
            raise InvariantViolationError(
                f"the node {path!r} has no output {output_name!r}",
                hint=suggest(output_name, definition.outs) or f"its outputs are {list(definition.outs)}",
            )
        if not isinstance(definition, GraphDefinition):
            return path, output_name
        mapping = definition.get_output_mapping(output_name)
        path, output_name = f"{path}.{mapping.mapped_node_name}", mapping.mapped_node_output_name
        definition = definition.node_dict[mapping.mapped_node_name].definition


def _top_nodes(job: Any) -> Mapping[str, Any]:
    if job.graph is not None:
        nodes: Mapping[str, Any] = job.graph.node_dict
        return nodes
    made = (definition.node for definition in job.assets)
    return {node.name: node for node in made if node is not None}
