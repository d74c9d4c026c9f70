"""The name of an asset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from daglab.errors import DefinitionError


@dataclass(frozen=True, slots=True, order=True, init=False)
class AssetKey:
    """The name of an asset: one or more parts, written with "/" between them.

    Args:
        path: the parts, or a single part.

    Raises:
        DefinitionError: a part is empty, or holds a "/" or a control character.

    Example:
        >>> AssetKey(["raw", "flights"]).to_user_string()
        'raw/flights'
        >>> AssetKey("flights") == AssetKey.from_user_string("flights")
        True
    """

    path: tuple[str, ...]

    def __init__(self, path: str | Sequence[str]) -> None:
        parts = (path,) if isinstance(path, str) else tuple(path)
        if not parts or not all(map(_is_valid_part, parts)):
            raise DefinitionError(
                f"{path!r} is no asset key",
                hint="a key has one or more parts; none is empty or holds a '/' or a control character",
            )
        object.__setattr__(self, "path", parts)

    @classmethod
    def from_user_string(cls, text: str) -> AssetKey:
        """Reads the written form, "raw/flights"."""
        return cls(text.split("/"))

    @classmethod
    def from_coercible(cls, value: CoercibleToAssetKey) -> AssetKey:
        """Takes a key, its written form, or its parts."""
        if isinstance(value, AssetKey):
            return value
        if isinstance(value, str):
            return cls.from_user_string(value)
        if isinstance(value, Sequence):
            return cls(value)
        raise DefinitionError(f"{value!r} is no asset key", hint="give a string, a list of strings or an AssetKey")

    def to_user_string(self) -> str:
        """The written form, parts joined by "/"."""
        return "/".join(self.path)

    def to_python_identifier(self) -> str:
        """The parts joined by "__": the name of the step that makes this asset."""
        return "__".join(self.path)

    def with_prefix(self, prefix: str | Sequence[str]) -> AssetKey:
        """The same key with parts put before it."""
        return AssetKey(((prefix,) if isinstance(prefix, str) else tuple(prefix)) + self.path)

    def __str__(self) -> str:
        return self.to_user_string()


CoercibleToAssetKey: TypeAlias = AssetKey | str | Sequence[str]


def _is_valid_part(part: object) -> bool:
    return isinstance(part, str) and bool(part) and part.isprintable() and "/" not in part
