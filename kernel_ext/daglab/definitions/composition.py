"""The recording of a graph's body: calling ops and graphs inside it says what depends on what."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from daglab.definitions.dependencies import Collect, FanIn, FromAsset, FromGraphInput, InputMapping, Source
from daglab.definitions.graph_nodes import Definition, Node
from daglab.definitions.invoked_outputs import Collected, GraphInput, InvokedNodeOutput
from daglab.errors import InvalidDefinitionError


@dataclass
class Composition:
    """What has been recorded of a graph's body so far."""

    name: str
    source: str
    nodes: dict[str, Node] = field(default_factory=dict)
    dependencies: dict[str, dict[str, Source]] = field(default_factory=dict)
    input_mappings: list[InputMapping] = field(default_factory=list)
    uses: dict[str, int] = field(default_factory=dict)
    definitions: dict[str, Definition] = field(default_factory=dict)
    pending: dict[int, Any] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """How messages call the body."""
        return f"{self.source} {self.name!r}"

    def record(self, invocation: Any, inputs: Mapping[str, Any]) -> str:
        """Adds a node and says what it is called."""
        definition = invocation.node_def
        self.pending.pop(id(invocation), None)
        name = invocation.given_alias or self._free_name(definition.name)
        if name in self.nodes:
            raise InvalidDefinitionError(
                f"{self.where} calls two nodes {name!r}", hint="give one of them another name with .alias(...)"
            )
        known = self.definitions.setdefault(definition.name, definition)
        if known is not definition:
            raise InvalidDefinitionError(
                f"{self.where} uses two different definitions named {definition.name!r}",
                hint="give one of them another name",
            )
        self.nodes[name] = Node(
            name=name,
            definition=definition,
            tags=invocation.tags,
            hooks=invocation.hook_defs,
            retry_policy=invocation.retry_policy,
        )
        self.dependencies[name] = {
            input_name: source
            for input_name, given in inputs.items()
            if (source := self._source(name, input_name, given)) is not None
        }
        return name

    def _free_name(self, name: str) -> str:
        count = self.uses[name] = self.uses.get(name, 0) + 1
        return name if count == 1 else f"{name}_{count}"

    def _source(self, node: str, input_name: str, given: Any) -> Source | None:
        """Where an input comes from; None for one that is only an input of the graph."""
        if isinstance(given, GraphInput):
            self.input_mappings.append(given.mapped_to(node, input_name))
            return None
        if isinstance(given, list):
            for index, one in enumerate(given):
                if isinstance(one, GraphInput):
                    self.input_mappings.append(one.mapped_to(node, input_name, index))
            return FanIn(tuple(FromGraphInput(one.name) if isinstance(one, GraphInput) else one.edge for one in given))
        if isinstance(given, Collected):
            return Collect(given.edge)
        if isinstance(given, InvokedNodeOutput):
            return given.edge
        return FromAsset(given)

    def warn_of_uninvoked(self) -> None:
        """Warns of what was prepared with `.alias` and the like, and then not called."""
        for one in self.pending.values():
            called = f" (as {one.given_alias!r})" if one.given_alias else ""
            warnings.warn(
                f"{self.where} names the {one.node_def.node_type} {one.node_def.name!r}{called} but does not call it; "
                "add parentheses, or remove it",
                stacklevel=4,
            )


_current: ContextVar[Composition | None] = ContextVar("composition", default=None)


def is_in_composition() -> bool:
    """Whether the body of a graph is being recorded."""
    return _current.get() is not None


def current_composition() -> Composition | None:
    """What is being recorded; None outside the bodies of graphs."""
    return _current.get()


def compose(name: str, source: str, body: Callable[[], Any]) -> tuple[Composition, Any]:
    """Runs the body of a graph and gives back what it recorded, and what it returned."""
    composition = Composition(name, source)
    token = _current.set(composition)
    try:
        returned = body()
    finally:
        _current.reset(token)
    composition.warn_of_uninvoked()
    return composition, returned
