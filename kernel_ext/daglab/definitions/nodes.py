"""The unit of computation: a named function with named inputs and outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from daglab.definitions.context import AssetExecutionContext

DEFAULT_IO_MANAGER_KEY = "io_manager"


class Compute(Protocol):
    """How a node turns inputs into outputs.

    Called once per attempt, on the main thread of the process that runs the step. Gives back a value (where the node
    has one output), a tuple (one entry an output), an `Output`, `MaterializeResult` or `AssetCheckResult`, or an
    iterable of these. Whatever it raises fails the step.
    """

    def __call__(self, context: AssetExecutionContext, inputs: Mapping[str, object]) -> object:
        """Computes."""
        ...


@dataclass(frozen=True, kw_only=True)
class In:
    """An input of a node.

    Args:
        passes_value: False where the node only waits for what comes before it.
    """

    passes_value: bool = True


@dataclass(frozen=True, kw_only=True)
class Out:
    """An output of a node.

    Args:
        io_manager_key: the resource that stores and loads its value.
        is_required: False where the node may leave it out; what needs it is then skipped.
        carries_value: False for the verdict of a check, which is recorded and not stored.
    """

    io_manager_key: str = DEFAULT_IO_MANAGER_KEY
    is_required: bool = True
    carries_value: bool = True


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where something is defined.

    Args:
        location: the notebook's or module's path as it was given, or the module's name.
        cell: the cell's position in the notebook, counted from 1.
        cell_id: Jupyter's id of the cell.
    """

    location: str
    cell: int | None = None
    cell_id: str | None = None

    def __str__(self) -> str:
        return self.location if self.cell is None else f"{self.location}, cell {self.cell}"


@dataclass(frozen=True, kw_only=True)
class NodeDefinition:
    """A named computation with named inputs and outputs; assets, checks and ops are made of them.

    Args:
        name: unique among what runs together; the step's key.
        compute: the computation.
        ins: its inputs by the names under which `compute` gets them.
        outs: its outputs by name.
        description: Markdown.
        code_version: changes when the code does; "" where nobody can say.
    """

    name: str
    compute: Compute
    ins: Mapping[str, In] = field(default_factory=dict)
    outs: Mapping[str, Out] = field(default_factory=dict)
    description: str | None = None
    code_version: str = ""
