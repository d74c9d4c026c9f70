"""Types: checks at the borders of steps, with what tools show about them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any

from daglab.definitions.metadata import Metadata, RawMetadata, normalize_metadata
from daglab.definitions.types.mismatch import Mismatch, describe
from daglab.definitions.types.type_check import PASSED, TypeCheck
from daglab.errors import InvalidDefinitionError, InvariantViolationError

if TYPE_CHECKING:
    from daglab.definitions.types.type_loader import TypeLoader

_ANY: Any = Any


class TypeKind(Enum):
    """What sort of type it is."""

    ANY = "ANY"
    SCALAR = "SCALAR"
    LIST = "LIST"
    NOTHING = "NOTHING"
    NULLABLE = "NULLABLE"
    REGULAR = "REGULAR"


class DataType:
    """A type of values: how they are checked where they enter and leave a step, and what is shown about them.

    Two types with the same key are the same type.

    Args:
        type_check_fn: takes a context (with `resources`, `log` and `run_id`) and a value; gives back True, False or a
            `TypeCheck`.
        key: tells the type from all others; by default its name.
        name: what it is called; a type without one needs a key.
        is_builtin: whether it comes with daglab.
        description: Markdown.
        loader: makes values of it from run config, for inputs that nothing is connected to.
        required_resource_keys: the resources that the check needs.
        kind: what sort of type it is.
        typing_type: how Python annotates its values.
        metadata: facts about it.

    Raises:
        InvalidDefinitionError: it has neither key nor name, or its check does not take two arguments.

    Example:
        >>> even = DataType(name="Even", type_check_fn=lambda context, value: value % 2 == 0)
        >>> even.type_check(None, 3).success
        False
    """

    def __init__(
        self,
        type_check_fn: Callable[[Any, Any], bool | TypeCheck],
        key: str | None = None,
        name: str | None = None,
        is_builtin: bool = False,
        description: str | None = None,
        loader: TypeLoader | None = None,
        required_resource_keys: Iterable[str] | None = None,
        kind: TypeKind = TypeKind.REGULAR,
        typing_type: Any = _ANY,
        metadata: RawMetadata | None = None,
    ) -> None:
        self.key = _checked_key(key, name)
        self._name = name
        _check_arity(type_check_fn, name or self.key)
        if isinstance(required_resource_keys, str):
            raise InvalidDefinitionError(
                f"required_resource_keys of the type {name or key!r} is the text {required_resource_keys!r}",
                hint=f"write {{{required_resource_keys!r}}}",
            )
        self._type_check_fn = type_check_fn
        self.is_builtin = is_builtin
        self._description = description
        self._loader = loader
        self._required_resource_keys = frozenset(required_resource_keys or ())
        self.kind = kind
        self._typing_type = typing_type
        self._metadata = normalize_metadata(metadata)

    def type_check(self, context: Any, value: object) -> TypeCheck:
        """Checks a value.

        Raises:
            InvariantViolationError: the check function gave back neither a bool nor a `TypeCheck`.
        """
        verdict = self._type_check_fn(context, value)
        if isinstance(verdict, TypeCheck):
            return verdict
        truth = _truth(verdict)
        if truth is None:
            raise InvariantViolationError(
                f"the check function of the type {self.display_name!r} gave back {describe(verdict)}",
                hint="give back True, False or a TypeCheck",
            )
        return PASSED if truth else TypeCheck(False)

    def find_mismatch(self, context: Any, value: object) -> Mismatch | None:
        """What is wrong with a value, None if nothing is; containers ask so for their items."""
        verdict = self.type_check(context, value)
        if verdict.success:
            return None
        description = verdict.description or f"expected {self.display_name}, got {describe(value)}"
        return Mismatch(description=description, metadata=verdict.metadata)

    @property
    def plain_class(self) -> type | tuple[type, ...] | None:
        """The class whose instances are exactly the values of this type; None if there is more to check."""
        return None

    @property
    def display_name(self) -> str:
        """What people see."""
        return self._name or self.key

    @property
    def unique_name(self) -> str:
        """Its name.

        Raises:
            InvariantViolationError: it has none, as lists and other containers.
        """
        if self._name is None:
            raise InvariantViolationError(
                f"the type {self.display_name!r} has no name of its own", hint="ask has_unique_name first"
            )
        return self._name

    @property
    def has_unique_name(self) -> bool:
        """Whether it has a name of its own."""
        return self._name is not None

    @property
    def description(self) -> str | None:
        """Markdown, or None."""
        return self._description

    @property
    def typing_type(self) -> Any:
        """How Python annotates its values."""
        return self._typing_type

    @property
    def loader(self) -> TypeLoader | None:
        """Makes values of it from run config."""
        return self._loader

    @property
    def required_resource_keys(self) -> frozenset[str]:
        """The resources that its check needs, those of the types inside included."""
        return self._required_resource_keys

    @property
    def metadata(self) -> Metadata:
        """Facts about it."""
        return self._metadata

    @property
    def inner_types(self) -> Sequence[DataType]:
        """The types inside, theirs included."""
        return []

    @property
    def type_param_keys(self) -> Sequence[str]:
        """The keys of the types directly inside."""
        return []

    @property
    def is_nothing(self) -> bool:
        """Whether it passes no value."""
        return self.kind is TypeKind.NOTHING

    @property
    def is_any(self) -> bool:
        """Whether every value is one of it."""
        return self.kind is TypeKind.ANY

    @property
    def supports_fan_in(self) -> bool:
        """Whether an input of this type can gather several outputs."""
        return False

    def get_inner_type_for_fan_in(self) -> DataType:
        """The type of each of the gathered outputs.

        Raises:
            InvariantViolationError: it gathers none.
        """
        raise InvariantViolationError(f"the type {self.display_name!r} cannot gather several outputs")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DataType) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.display_name}>"


def _checked_key(key: str | None, name: str | None) -> str:
    for word, text in (("key", key), ("name", name)):
        if text is not None and not isinstance(text, str):
            raise InvalidDefinitionError(f"a type with the {word} {text!r}, which is no text")
    found = key or name
    if not found:
        raise InvalidDefinitionError("a type with neither name nor key", hint='give it a name: DataType(name="...")')
    return found


def _check_arity(function: Any, name: str) -> None:
    """A check is called with a context and a value; anything else would only show when a step runs."""
    if not callable(function):
        raise InvalidDefinitionError(f"type_check_fn of the type {name!r} is {function!r}, which cannot be called")
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # builtins without a signature
        return
    try:
        signature.bind(None, None)
    except TypeError:
        raise InvalidDefinitionError(
            f"type_check_fn of the type {name!r} takes {signature}, not a context and a value",
            hint="write def check(context, value)",
        ) from None


def _truth(verdict: object) -> bool | None:
    """Of a bool, numpy's included, as comparisons of arrays give them; None for anything else."""
    if isinstance(verdict, bool):
        return verdict
    if type(verdict).__module__ == "numpy" and type(verdict).__name__ in ("bool", "bool_"):
        return bool(verdict)
    return None
