"""`Node`: one use of an op or a graph in a graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from daglab.definitions.hooks import HookDefinition
    from daglab.definitions.retries import RetryPolicy


class Definition(Protocol):
    """What a graph needs to know of what is called in its body."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def ins(self) -> Mapping[str, Any]:
        """Its inputs."""
        ...

    @property
    def outs(self) -> Mapping[str, Any]:
        """Its outputs."""
        ...

    @property
    def positional_inputs(self) -> tuple[str, ...]:
        """Its inputs that may be given by position, in order."""
        ...

    @property
    def node_type(self) -> str:
        """Whether it is an "op" or a "graph"."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Node:
    """One use of an op or a graph in a graph.

    Args:
        name: what it is called there.
        definition: the op or graph.
        tags: labels of this use; those of the definition come on top in `all_tags`.
        hooks: hooks of this use.
        retry_policy: what happens here when it raises; the definition's own policy where this is None.
    """

    name: str
    definition: Any
    tags: Mapping[str, str] = field(default_factory=dict)
    hooks: frozenset[HookDefinition] = frozenset()
    retry_policy: RetryPolicy | None = None

    @property
    def is_graph(self) -> bool:
        """Whether it has nodes of its own."""
        return bool(self.definition.node_type == "graph")

    @property
    def all_tags(self) -> dict[str, str]:
        """The tags of the definition and of this use, which win."""
        return {**self.definition.tags, **self.tags}

    @property
    def effective_retry_policy(self) -> RetryPolicy | None:
        """What happens when it raises: as said here, else as the op says."""
        return self.retry_policy or getattr(self.definition, "retry_policy", None)

    @property
    def hook_defs(self) -> frozenset[HookDefinition]:
        """Hooks of this use."""
        return self.hooks

    def describe_node(self) -> str:
        """How messages call it."""
        return f"{self.definition.node_type} {self.name!r}"
