"""Where an op stands in a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from daglab.definitions.op_definition import OpDefinition


@dataclass(frozen=True)
class NodeHandle:
    """The way to a node: its name, and the graph that it stands in.

    Args:
        name: the node.
        parent: the way to the graph around it; None at the top.

    Example:
        >>> str(NodeHandle.from_path(["clean", "drop_rows"]))
        'clean.drop_rows'
    """

    name: str
    parent: NodeHandle | None = None

    @classmethod
    def from_path(cls, path: list[str] | tuple[str, ...]) -> NodeHandle:
        """Takes the names along the way, outermost first."""
        handle = cls(path[0])
        for name in path[1:]:
            handle = cls(name, handle)
        return handle

    @property
    def path(self) -> list[str]:
        """The names along the way, outermost first."""
        return [*(self.parent.path if self.parent else ()), self.name]

    @property
    def root(self) -> NodeHandle:
        """The outermost node."""
        return self.parent.root if self.parent else self

    def __str__(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True, kw_only=True)
class OpNode:
    """An op where it stands in a job.

    Args:
        name: what it is called there.
        definition: the op.
        tags: labels, those of the definition included.
    """

    name: str
    definition: OpDefinition
    tags: Mapping[str, str] = field(default_factory=dict)
