"""Where the inputs of the nodes of a graph come from: as it is declared, and as a graph keeps it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from daglab.definitions.node_tags import normalize_tags
from daglab.definitions.nodes import DEFAULT_OUTPUT
from daglab.errors import InvalidDefinitionError

if TYPE_CHECKING:
    from daglab.definitions.hooks import HookDefinition
    from daglab.definitions.retries import RetryPolicy


@dataclass(frozen=True, slots=True)
class FromNode:
    """An output of another node of the same graph; inside a mapped dynamic output, of the same value of it."""

    node: str
    output: str = DEFAULT_OUTPUT


@dataclass(frozen=True, slots=True)
class FromGraphInput:
    """An input of the graph itself, in a fan-in."""

    graph_input: str


@dataclass(frozen=True, slots=True)
class FanIn:
    """Several outputs as one list."""

    sources: tuple[FromNode | FromGraphInput, ...]


@dataclass(frozen=True, slots=True)
class Collect:
    """All values of a dynamic output, or of what was mapped over one, as one list."""

    source: FromNode


@dataclass(frozen=True, slots=True)
class FromAsset:
    """The value of an asset that some other run made."""

    asset: Any


Source: TypeAlias = FromNode | FanIn | Collect | FromAsset


def edges_of(source: Source) -> Iterator[FromNode]:
    """The single outputs of nodes that a source is made of."""
    if isinstance(source, FromNode):
        yield source
    elif isinstance(source, Collect):
        yield source.source
    elif isinstance(source, FanIn):
        yield from (one for one in source.sources if isinstance(one, FromNode))


@dataclass(frozen=True)
class DependencyDefinition:
    """An input that comes from an output of another node; for graphs that are written down rather than composed.

    Args:
        node: the other node, by its name in the graph.
        output: which of its outputs.
        description: Markdown.

    Example:
        >>> DependencyDefinition("load").output
        'result'
    """

    node: str
    output: str = DEFAULT_OUTPUT
    description: str | None = None

    def get_node_dependencies(self) -> Sequence[DependencyDefinition]:
        """The single edges it stands for: itself."""
        return [self]

    def is_fan_in(self) -> bool:
        """Never."""
        return False


class MappedInputPlaceholder:
    """Holds the place in a fan-in where an input of the graph goes.

    Example:
        >>> MultiDependencyDefinition([MappedInputPlaceholder]).is_fan_in()
        True
    """


@dataclass(frozen=True)
class MultiDependencyDefinition:
    """An input that gets several outputs of other nodes, as a list.

    Args:
        dependencies: the edges, or `MappedInputPlaceholder` where an input of the graph goes.

    Raises:
        InvalidDefinitionError: the same output twice.

    Example:
        >>> MultiDependencyDefinition([DependencyDefinition("a"), DependencyDefinition("b")]).is_fan_in()
        True
    """

    dependencies: Sequence[DependencyDefinition | type[MappedInputPlaceholder]]

    def __post_init__(self) -> None:
        seen: set[tuple[str, str]] = set()
        for one in self.get_node_dependencies():
            if (one.node, one.output) in seen:
                raise InvalidDefinitionError(
                    f"the output {one.output!r} of {one.node!r} is fanned in twice", hint="name each output once"
                )
            seen.add((one.node, one.output))

    def get_node_dependencies(self) -> Sequence[DependencyDefinition]:
        """The edges from other nodes."""
        return [one for one in self.dependencies if isinstance(one, DependencyDefinition)]

    def get_dependencies_and_mappings(self) -> Sequence[DependencyDefinition | type[MappedInputPlaceholder]]:
        """The edges, and the places of the graph's inputs, in order."""
        return self.dependencies

    def is_fan_in(self) -> bool:
        """Always."""
        return True


@dataclass(frozen=True)
class DynamicCollectDependencyDefinition:
    """An input that gets all values of a dynamic output, as a list.

    Example:
        >>> DynamicCollectDependencyDefinition("split", "result").is_fan_in()
        True
    """

    node_name: str
    output_name: str = DEFAULT_OUTPUT

    def get_node_dependencies(self) -> Sequence[DependencyDefinition]:
        """The edge that it collects."""
        return [DependencyDefinition(self.node_name, self.output_name)]

    def is_fan_in(self) -> bool:
        """Always."""
        return True


@dataclass(frozen=True)
class BlockingDependency:
    """An input that waits for all outputs of another node.

    Example:
        >>> BlockingDependency("load").node
        'load'
    """

    node: str


@dataclass(frozen=True, eq=True)
class NodeInvocation:
    """One use of an op or graph in a graph that is written down rather than composed.

    Args:
        name: the name of the op or graph.
        alias: what it is called here.
        tags: labels of this use.
        hook_defs: hooks of this use.
        retry_policy: what happens here when it raises.

    Example:
        >>> NodeInvocation("load", alias="load_orders").alias
        'load_orders'
    """

    name: str
    alias: str | None = None
    tags: Mapping[str, str] | None = None
    hook_defs: frozenset[HookDefinition] | None = None
    retry_policy: RetryPolicy | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "tags", normalize_tags(self.tags, f"node {self.alias or self.name!r}"))
        object.__setattr__(self, "hook_defs", frozenset(self.hook_defs or ()))

    def __hash__(self) -> int:
        return hash((self.name, self.alias))


@dataclass(frozen=True)
class InputMapping:
    """Says which node's input an input of a graph is.

    Args:
        graph_input_name: the input of the graph.
        mapped_node_name: the node, by its name in the graph.
        mapped_node_input_name: its input.
        fan_in_index: the place in the list, where the input is a fan-in.
        graph_input_description: Markdown.
        dagster_type: the type of the graph's input; that of the node's input by default.

    Example:
        >>> InputMapping("raw", "clean", "rows").maps_to_fan_in
        False
    """

    graph_input_name: str
    mapped_node_name: str
    mapped_node_input_name: str
    fan_in_index: int | None = None
    graph_input_description: str | None = None
    dagster_type: Any = None

    @property
    def maps_to_fan_in(self) -> bool:
        """Whether it is one of a list."""
        return self.fan_in_index is not None


@dataclass(frozen=True)
class OutputMapping:
    """Says which node's output an output of a graph is.

    Args:
        graph_output_name: the output of the graph.
        mapped_node_name: the node, by its name in the graph.
        mapped_node_output_name: its output.
        graph_output_description: Markdown.
        dagster_type: the type of the graph's output; that of the node's output by default.
        from_dynamic_mapping: whether the node runs once for each value of a dynamic output.

    Example:
        >>> OutputMapping("result", "clean", "result").mapped_node_name
        'clean'
    """

    graph_output_name: str
    mapped_node_name: str
    mapped_node_output_name: str
    graph_output_description: str | None = None
    dagster_type: Any = None
    from_dynamic_mapping: bool = False

    @property
    def source(self) -> FromNode:
        """The node's output."""
        return FromNode(self.mapped_node_name, self.mapped_node_output_name)
