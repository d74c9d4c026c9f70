"""The opened resources, as user code sees them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from daglab.errors import UnknownResourceError, suggest


class AttachesDifferentObject:
    """A resource that shows another object on `context.resources` than on parameters.

    Example:
        >>> class Client(AttachesDifferentObject):
        ...     def get_object_to_set_on_execution_context(self):
        ...         return "the plain client"
        >>> Resources({"client": Client()}).client
        'the plain client'
    """

    def get_object_to_set_on_execution_context(self) -> Any:
        """The object that `context.resources` shows."""
        raise NotImplementedError


class Resources:
    """Opened resources as attributes, named by their keys.

    Args:
        opened: the resources by key.

    Raises:
        UnknownResourceError: an attribute names no resource.

    Example:
        >>> Resources({"limit": 3}).limit
        3
    """

    def __init__(self, opened: Mapping[str, Any]) -> None:
        self.__dict__["_opened"] = dict(opened)
        for key, value in opened.items():
            shown = isinstance(value, AttachesDifferentObject)
            self.__dict__[key] = value.get_object_to_set_on_execution_context() if shown else value

    @property
    def original_resource_dict(self) -> Mapping[str, Any]:
        """What the resources gave, by key: what parameters get."""
        return dict(self._own())

    def only(self, keys: frozenset[str]) -> Resources:
        """Those of some keys; keys that are not there are left out."""
        return Resources({key: value for key, value in self._own().items() if key in keys})

    def _asdict(self) -> dict[str, Any]:
        return {key: self.__dict__[key] for key in self._own()}

    def _own(self) -> dict[str, Any]:
        own: dict[str, Any] = self.__dict__["_opened"]
        return own

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        known = list(self.__dict__.get("_opened", ()))
        raise UnknownResourceError(
            f"there is no resource {name!r} here",
            hint=suggest(name, known)
            or f"name {name!r} in required_resource_keys, or as a parameter; here are {sorted(known)}",
        )

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"resources cannot be set: {name!r}")

    def __contains__(self, key: object) -> bool:
        return key in self._own()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._asdict().values())

    def __len__(self) -> int:
        return len(self._own())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Resources) and self._own() == other._own()

    __hash__ = None  # type: ignore[assignment]  # what it holds may change

    def __repr__(self) -> str:
        return f"Resources({', '.join(self._own())})"
