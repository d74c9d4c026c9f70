"""What stands for values in the body of a graph: inputs of the graph, and outputs of nodes that were called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from daglab.definitions.dependencies import FromNode, InputMapping
from daglab.errors import InvalidDefinitionError, InvariantViolationError


@dataclass(frozen=True, eq=False)
class GraphInput:
    """An input of the graph whose body is being recorded."""

    name: str
    description: str | None = None
    dagster_type: Any = None

    def mapped_to(self, node: str, input_name: str, index: int | None = None) -> InputMapping:
        """The mapping to an input of a node."""
        return InputMapping(self.name, node, input_name, index, self.description, self.dagster_type)


class InvokedNodeOutput:
    """An output of a node that was called in the body of a graph; goes into the calls of other nodes.

    Args:
        node_name: the node.
        output_name: its output.
        node_type: "op" or "graph".
    """

    def __init__(self, node_name: str, output_name: str, node_type: str) -> None:
        self.node_name = node_name
        self.output_name = output_name
        self.node_type = node_type

    @property
    def edge(self) -> FromNode:
        """It, as what a node depends on."""
        return FromNode(self.node_name, self.output_name)

    def _refuse(self, attempt: str, hint: str) -> NoReturn:
        raise InvariantViolationError(
            f"the output {self.output_name!r} of the {self.node_type} {self.node_name!r} {attempt}", hint=hint
        )

    def __iter__(self) -> NoReturn:
        self._refuse("was iterated over; it has no value yet", self._advice)

    def __getitem__(self, index: object) -> NoReturn:
        self._refuse(f"was indexed with {index!r}; it has no value yet", self._advice)

    _advice = "declare several outputs where nodes need different parts"

    def alias(self, name: object) -> NoReturn:
        """Refused: the node was called already."""
        self._refuse("was asked for .alias", "write op.alias(...)() with the parentheses last")

    def tag(self, tags: object) -> NoReturn:
        """Refused: the node was called already."""
        self._refuse("was asked for .tag", "write op.tag(...)() with the parentheses last")

    def with_hooks(self, hook_defs: object) -> NoReturn:
        """Refused: the node was called already."""
        self._refuse("was asked for .with_hooks", "write op.with_hooks(...)() with the parentheses last")

    def with_retry_policy(self, retry_policy: object) -> NoReturn:
        """Refused: the node was called already."""
        self._refuse("was asked for .with_retry_policy", "write op.with_retry_policy(...)()")


class InvokedDynamicOutput(InvokedNodeOutput):
    """A dynamic output of a node that was called in the body of a graph: `.map` it or `.collect` it."""

    _advice = "use .map(...) to run something for each value, or .collect() to get all of them"

    def map(self, fn: Callable[[InvokedNodeOutput], Any]) -> Any:
        """Runs nodes for each value.

        Args:
            fn: called once, with a value; calls nodes with it and gives back their outputs.

        Returns:
            what `fn` gave back, to be mapped or collected further.

        Raises:
            InvalidDefinitionError: `fn` gave back something that is no output.
        """
        result = fn(InvokedNodeOutput(self.node_name, self.output_name, self.node_type))
        if result is None or isinstance(result, InvokedDynamicOutput):
            return result
        if isinstance(result, InvokedNodeOutput):
            return _dynamic(result)
        if isinstance(result, tuple) and all(isinstance(one, InvokedNodeOutput) for one in result):
            each = [_dynamic(one) for one in result]
            return type(result)(*each) if hasattr(result, "_fields") else tuple(each)
        raise InvalidDefinitionError(
            f"what is mapped over {self.node_name}.{self.output_name} gave back {result!r}",
            hint="give back the output of a node, a tuple of outputs, or nothing",
        )

    def collect(self) -> Collected:
        """All values, as one list."""
        return Collected(self.edge)


@dataclass(frozen=True)
class Collected:
    """All values of a dynamic output, in the body of a graph."""

    edge: FromNode


def _dynamic(output: InvokedNodeOutput) -> InvokedDynamicOutput:
    return InvokedDynamicOutput(output.node_name, output.output_name, output.node_type)
