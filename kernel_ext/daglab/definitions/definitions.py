"""`Definitions`: everything that one notebook or module declares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from daglab.definitions.assets import AssetsDefinition
from daglab.errors import DefinitionError, DuplicateAssetError


@dataclass(frozen=True, init=False)
class Definitions:
    """What one notebook or module declares.

    Args:
        assets: assets.
        asset_checks: checks of them.
        resources: what assets are given by name; `io_manager` is where values are kept.

    Raises:
        DuplicateAssetError: an asset or a check is defined twice.

    Example:
        >>> from daglab.definitions.asset_decorator import asset
        >>> @asset
        ... def orders():
        ...     return [1, 2, 3]
        >>> len(Definitions(assets=[orders]).assets)
        1
    """

    assets: tuple[AssetsDefinition, ...] = ()
    asset_checks: tuple[AssetsDefinition, ...] = ()
    resources: Mapping[str, object] = field(default_factory=dict)

    def __init__(
        self,
        assets: Iterable[AssetsDefinition] | None = None,
        asset_checks: Iterable[AssetsDefinition] | None = None,
        resources: Mapping[str, object] | None = None,
    ) -> None:
        object.__setattr__(self, "assets", _only_definitions(assets, "assets"))
        object.__setattr__(self, "asset_checks", _only_definitions(asset_checks, "asset_checks"))
        object.__setattr__(self, "resources", dict(resources or {}))
        _refuse_duplicates(self.all)

    @property
    def all(self) -> tuple[AssetsDefinition, ...]:
        """Assets and checks."""
        return self.assets + self.asset_checks


def _only_definitions(given: Iterable[object] | None, argument: str) -> tuple[AssetsDefinition, ...]:
    found = tuple(given or ())
    wrong = [one for one in found if not isinstance(one, AssetsDefinition)]
    if wrong:
        raise DefinitionError(
            f"{argument}= holds {wrong[0]!r}, which is no {argument.removesuffix('s').replace('_', ' ')}",
            hint="decorate the function with @asset or @asset_check",
        )
    return tuple(one for one in found if isinstance(one, AssetsDefinition))


def _refuse_duplicates(definitions: Iterable[AssetsDefinition]) -> None:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for one in definitions:
        for key in (*one.keys, *one.check_keys):
            places[str(key)].append(str(one.origin or "Python"))
    twice = {key: where for key, where in places.items() if len(where) > 1}
    if twice:
        lines = [f"{key!r} is defined {len(where)} times: {', '.join(where)}" for key, where in twice.items()]
        raise DuplicateAssetError("; ".join(lines), hint="rename all but one")
