"""What a computation is made of: its inputs, its outputs, and where it is defined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from daglab.definitions.metadata import RawMetadata
from daglab.definitions.sentinel import NO_VALUE
from daglab.definitions.types.nothing import Nothing

if TYPE_CHECKING:
    from daglab.definitions.types.data_type import DataType

DEFAULT_IO_MANAGER_KEY = "io_manager"
DEFAULT_OUTPUT = "result"


class Compute(Protocol):
    """How a node turns inputs into outputs.

    Called once per attempt, on the main thread of the process that runs the step. Gives back a value (where the node
    has one output), a tuple (one entry an output), an `Output`, `MaterializeResult` or `AssetCheckResult`, an iterable
    or async iterable of these, or an awaitable. Whatever it raises fails the step.
    """

    def __call__(self, context: Any, inputs: Mapping[str, object]) -> object:
        """Computes; `context` is an `OpExecutionContext`, or an `AssetExecutionContext` where assets are made."""
        ...


class _ResolvedType:
    """The type of an input or output: what was given is kept, and worked out when it is asked for."""

    def __get__(self, one: Any, owner: object = None) -> Any:
        return NO_VALUE if one is None else one.type

    def __set__(self, one: Any, given: Any) -> None:
        one.__dict__["given_type"] = given


@dataclass(frozen=True)
class In:
    """An input of an op.

    Args:
        dagster_type: its type; by default the annotation of the parameter, else anything goes.
        description: Markdown.
        default_value: what it is where nothing is connected to it and nothing configured.
        metadata: facts about it.
        asset_key: the asset that it reads.
        asset_partitions: of which partitions.
        input_manager_key: the resource that loads it, instead of the IO manager of what made it.

    Example:
        >>> In(int, default_value=3).default_value
        3
    """

    dagster_type: Any = _ResolvedType()
    description: str | None = None
    default_value: Any = NO_VALUE
    metadata: RawMetadata | None = None
    asset_key: Any = None
    asset_partitions: Any = None
    input_manager_key: str | None = None

    @property
    def given_type(self) -> Any:
        """Its type as it was given."""
        return self.__dict__["given_type"]

    @property
    def passes_value(self) -> bool:
        """False where the node only waits for what comes before it."""
        return self.given_type is not Nothing and getattr(self.given_type, "is_nothing", False) is not True

    @property
    def has_default(self) -> bool:
        """Whether there is a value to fall back on."""
        return self.default_value is not NO_VALUE

    @cached_property
    def type(self) -> DataType:
        """Its type, worked out from what was given."""
        from daglab.definitions.types.resolution import resolve_type  # `In` is part of every definition; types are not

        return resolve_type(self.given_type)


@dataclass(frozen=True)
class Out:
    """An output of an op.

    Args:
        dagster_type: its type; by default the annotation of what is given back, else anything goes.
        description: Markdown.
        is_required: False where the op may leave it out; what needs it is then skipped.
        io_manager_key: the resource that stores and loads its value.
        metadata: facts that hold for every value.
        code_version: the version of the code that makes it.

    Example:
        >>> Out(is_required=False).io_manager_key
        'io_manager'
    """

    dagster_type: Any = _ResolvedType()
    description: str | None = None
    is_required: bool = True
    io_manager_key: str = DEFAULT_IO_MANAGER_KEY
    metadata: RawMetadata | None = None
    code_version: str | None = None

    @property
    def given_type(self) -> Any:
        """Its type as it was given."""
        return self.__dict__["given_type"]

    @property
    def is_dynamic(self) -> bool:
        """Whether it has any number of values, each with a key of its own."""
        return False

    @property
    def carries_value(self) -> bool:
        """False where there is nothing to store: the verdict of a check, and `Nothing`."""
        return self.given_type is not Nothing and getattr(self.given_type, "is_nothing", False) is not True

    @cached_property
    def type(self) -> DataType:
        """Its type, worked out from what was given."""
        from daglab.definitions.types.resolution import resolve_type  # as above

        return resolve_type(self.given_type)


@dataclass(frozen=True)
class DynamicOut(Out):
    """An output with any number of values, each given back as a `DynamicOutput`; what follows runs once for each.

    Example:
        >>> DynamicOut(int).is_dynamic
        True
    """

    @property
    def is_dynamic(self) -> bool:
        """Always."""
        return True


@dataclass(frozen=True)
class GraphIn:
    """An input of a graph.

    Example:
        >>> GraphIn(description="orders of one day").description
        'orders of one day'
    """

    description: str | None = None


@dataclass(frozen=True)
class GraphOut:
    """An output of a graph.

    Example:
        >>> GraphOut(description="totals").description
        'totals'
    """

    description: str | None = None


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
