"""Which objects of the user's namespace are assets, and which version of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from daglab.execution.handover import can_be_handed_over, handed_over
from daglab.records.assets import Materialization


@dataclass(frozen=True, kw_only=True)
class _Held:
    value: Any
    made: Materialization
    pristine: Any
    is_kept: bool


class HeldValues:
    """Knows, by identity, which materialization an object in the user's namespace is.

    The object itself may have been changed since, by a scratch cell or a helper. So what an asset cell is given is
    never that object, but a copy of what it was at first, where copies are cheap; otherwise it is loaded again.
    """

    def __init__(self) -> None:
        self._by_name: dict[str, _Held] = {}

    def hold(self, name: str, value: object, made: Materialization) -> None:
        """Says that a variable is this materialization now."""
        is_kept = can_be_handed_over(value)
        pristine = handed_over(value) if is_kept else None
        self._by_name[name] = _Held(value=value, made=made, pristine=pristine, is_kept=is_kept)

    def keeps(self, name: str) -> bool:
        """Whether the variable's value at first is at hand."""
        return name in self._by_name and self._by_name[name].is_kept

    def give_anew(self, name: str, namespace: dict[str, Any]) -> None:
        """Puts the variable's value at first into a namespace."""
        held = self._by_name[name]
        namespace[name] = handed_over(held.pristine)
        self._by_name[name] = replace(held, value=namespace[name])

    def of(self, name: str, namespace: Mapping[str, Any]) -> Materialization | None:
        """The materialization that a variable is, None if it is none, or another object by now."""
        held = self._by_name.get(name)
        if held is None or name not in namespace or namespace[name] is not held.value:
            return None
        return held.made

    def versions(self, namespace: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
        """The assets that variables are now, with their data versions, by name."""
        found = {name: self.of(name, namespace) for name in self._by_name}
        return {name: (made.asset_key, made.data_version) for name, made in found.items() if made is not None}

    def release(self, namespace: Mapping[str, Any]) -> None:
        """Lets go of values that the user has let go of."""
        for name in [name for name in self._by_name if self.of(name, namespace) is None]:
            del self._by_name[name]

    def drop_remade(self, versions: Mapping[str, str]) -> None:
        """Forgets the values of assets that were made again and came out different.

        Args:
            versions: the new data versions, by asset key.
        """
        for name, held in list(self._by_name.items()):
            if versions.get(held.made.asset_key, held.made.data_version) != held.made.data_version:
                del self._by_name[name]
