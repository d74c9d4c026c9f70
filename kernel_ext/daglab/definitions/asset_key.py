"""The name of an asset."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from daglab.errors import InvalidDefinitionError

_IDENTIFIER = str.maketrans({"-": "_", ".": "_"})


@dataclass(frozen=True, slots=True, order=True, init=False, repr=False)
class AssetKey:
    """The name of an asset: one or more parts, written with "/" between them.

    Args:
        path: the parts, or the written form.

    Raises:
        InvalidDefinitionError: a part is empty, is no text, or holds a control character.

    Example:
        >>> AssetKey(["raw", "flights"]).to_user_string()
        'raw/flights'
        >>> AssetKey("raw/flights").path
        ['raw', 'flights']
    """

    parts: tuple[str, ...]

    def __init__(self, path: str | Sequence[str]) -> None:
        given: Sequence[object] = (path,) if isinstance(path, str) else path if isinstance(path, Sequence) else ()
        if not given or not all(map(_is_valid_part, given)):
            raise InvalidDefinitionError(
                f"{path!r} is no asset key",
                hint="a key has one or more parts; none is empty or holds a control character",
            )
        # A key is told from another by its written form, so a "/" always parts.
        object.__setattr__(self, "parts", tuple("/".join(map(str, given)).split("/")))

    @property
    def path(self) -> list[str]:
        """The parts."""
        return list(self.parts)

    @staticmethod
    def from_user_string(asset_key_string: str) -> AssetKey:
        """Reads the written form, "raw/flights"."""
        return AssetKey(asset_key_string)

    @staticmethod
    def from_escaped_user_string(asset_key_string: str) -> AssetKey:
        r"""Reads the written form in which a "/" within a part is written "\/"; such parts are parted here, too."""
        return AssetKey(asset_key_string.replace("\\/", "/"))

    @staticmethod
    def from_coercible(arg: CoercibleToAssetKey) -> AssetKey:
        """Takes a key, its written form, or its parts."""
        if isinstance(arg, AssetKey):
            return arg
        if isinstance(arg, (str, Sequence)):
            return AssetKey(arg)
        raise InvalidDefinitionError(f"{arg!r} is no asset key", hint="give a string, a list of strings or an AssetKey")

    @staticmethod
    def from_coercible_or_definition(arg: object) -> AssetKey:
        """Takes whatever `from_coercible` takes, and a definition that makes one asset."""
        key = getattr(arg, "key", None)
        return key if isinstance(key, AssetKey) else AssetKey.from_coercible(arg)  # type: ignore[arg-type]

    @staticmethod
    def from_db_string(asset_key_string: str | None) -> AssetKey | None:
        """Reads what `to_string` wrote; None for nothing."""
        if not asset_key_string:
            return None
        if asset_key_string.startswith("["):
            return AssetKey(json.loads(asset_key_string))
        return AssetKey(asset_key_string)

    @staticmethod
    def from_graphql_input(graphql_input_asset_key: Mapping[str, Sequence[str]]) -> AssetKey:
        """Reads what `to_graphql_input` made."""
        return AssetKey(graphql_input_asset_key["path"])

    def to_user_string(self) -> str:
        """The written form, parts joined by "/"."""
        return str(self)

    def to_escaped_user_string(self) -> str:
        """The written form; no part holds a "/" that needed to be told apart."""
        return self.to_user_string()

    def to_string(self) -> str:
        """The parts as a JSON list."""
        return json.dumps(list(self.parts))

    def to_db_string(self) -> str:
        """The parts as a JSON list."""
        return self.to_string()

    def to_graphql_input(self) -> Mapping[str, Sequence[str]]:
        """The parts under the name "path"."""
        return {"path": self.path}

    def to_python_identifier(self, suffix: str | None = None) -> str:
        """The parts joined by "__", "-" and "." written as "_": the name of the step that makes this asset."""
        parts = self.parts if suffix is None else (*self.parts, suffix)
        return "__".join(parts).translate(_IDENTIFIER)

    def has_prefix(self, prefix: Sequence[str]) -> bool:
        """Whether the key begins with these parts."""
        return len(self.parts) >= len(prefix) and self.path[: len(prefix)] == list(prefix)

    def with_prefix(self, prefix: CoercibleToAssetKeyPrefix) -> AssetKey:
        """The same key with parts put before it."""
        return AssetKey(((prefix,) if isinstance(prefix, str) else tuple(prefix)) + self.parts)

    def __str__(self) -> str:
        parts = self.parts
        return parts[0] if len(parts) == 1 else "/".join(parts)

    def __repr__(self) -> str:
        return f"AssetKey({self.path!r})"


CoercibleToAssetKey: TypeAlias = AssetKey | str | Sequence[str]
CoercibleToAssetKeyPrefix: TypeAlias = str | Sequence[str]


def prefix_parts(prefix: CoercibleToAssetKeyPrefix | None) -> list[str]:
    """The parts of a prefix; one part where it is a string, none where there is none."""
    if prefix is None:
        return []
    return [prefix] if isinstance(prefix, str) else list(prefix)


def _is_valid_part(part: object) -> bool:
    return isinstance(part, str) and all(part.split("/")) and part.isprintable()
