"""Types whose check tells where in a value it failed."""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Iterable
from typing import Any

from daglab.definitions.types.data_type import DataType
from daglab.definitions.types.mismatch import Mismatch, step_into
from daglab.definitions.types.type_check import PASSED, TypeCheck

_PLAIN_INSTANCE_CHECKS = (type.__instancecheck__, ABCMeta.__instancecheck__)


class StructuralType(DataType):
    """A type that finds the mismatch itself; subclasses write `find_mismatch`.

    Args:
        key: tells the type from all others.
        inner: the types inside; their resources are needed, too.
        fields: anything else that a type can be given.
    """

    def __init__(self, key: str, *, inner: Iterable[DataType] = (), **fields: Any) -> None:
        self.direct_types = tuple(inner)
        needed = {name for data_type in self.direct_types for name in data_type.required_resource_keys}
        needed.update(fields.pop("required_resource_keys", None) or ())
        super().__init__(self._check, key, required_resource_keys=needed, **fields)

    def _check(self, context: Any, value: object) -> TypeCheck:
        mismatch = self.find_mismatch(context, value)
        return PASSED if mismatch is None else mismatch.to_check()

    def find_mismatch(self, context: Any, value: object) -> Mismatch | None:
        """None if nothing is wrong with the value."""
        raise NotImplementedError

    @property
    def inner_types(self) -> list[DataType]:
        """The types inside, theirs included."""
        return [found for data_type in self.direct_types for found in (data_type, *data_type.inner_types)]

    @property
    def type_param_keys(self) -> list[str]:
        """The keys of the types directly inside."""
        return [data_type.key for data_type in self.direct_types]


def find_in_items(context: Any, inner: DataType, items: Iterable[Any], *, keyed: bool = True) -> Mismatch | None:
    """The first item that is not of a type, with its index.

    Where instances of a class are asked for, one pass over the items' classes decides; only if a class among them is
    not a plain subclass, the items are looked at one by one.

    Args:
        context: what the checks are called with.
        inner: the type of every item.
        items: a collection; it is iterated over twice at most.
        keyed: whether the items have indexes.
    """
    if are_all_instances(items, inner.plain_class):
        return None
    for index, item in enumerate(items):
        mismatch = inner.find_mismatch(context, item)
        if mismatch is not None:
            return mismatch.inside(f"[{index}]" if keyed else "{…}")
    return None


def find_in_mapping(context: Any, key_type: DataType, value_type: DataType, value: Any) -> Mismatch | None:
    """The first key or value that is not of its type."""
    if not are_all_instances(value.keys(), key_type.plain_class):
        for key in value:
            mismatch = key_type.find_mismatch(context, key)
            if mismatch is not None:
                return mismatch.inside(f"key {step_into(key)[1:-1]}")
    if are_all_instances(value.values(), value_type.plain_class):
        return None
    for key, item in value.items():
        mismatch = value_type.find_mismatch(context, item)
        if mismatch is not None:
            return mismatch.inside(step_into(key))
    return None


def are_all_instances(items: Iterable[object], wanted: type | tuple[type, ...] | None) -> bool:
    """Whether the items' classes alone tell that all are instances; False where they do not tell."""
    if wanted is None or wanted is object:
        return wanted is object
    classes = wanted if isinstance(wanted, tuple) else (wanted,)
    if any(type(one).__instancecheck__ not in _PLAIN_INSTANCE_CHECKS for one in classes):
        return False
    return all(issubclass(found, classes) for found in set(map(type, items)))
