"""Dependencies by bare name: an asset of the same group may be needed without the prefix of its key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.assets import AssetsDefinition
from daglab.definitions.specs import DEFAULT_GROUP, AssetSpec


def with_named_dependencies(
    definitions: Iterable[AssetsDefinition], specs: Iterable[AssetSpec] = ()
) -> list[AssetsDefinition]:
    """The same, each dependency on a key that nobody defines put on the one asset of the group that ends like it.

    Args:
        definitions: all definitions.
        specs: of assets that are defined otherwise.

    Example:
        >>> raw = AssetsDefinition(specs=[AssetSpec("raw/orders")])
        >>> total = AssetsDefinition(specs=[AssetSpec("total", deps=["orders"])])
        >>> [str(key) for key in with_named_dependencies([raw, total])[1].dependency_keys]
        ['raw/orders']
    """
    given = list(definitions)
    known = [*(spec for one in given for spec in one.specs), *specs]
    keys = {spec.key for spec in known}
    by_name: defaultdict[tuple[str, str], list[AssetKey]] = defaultdict(list)
    for spec in known:
        by_name[spec.group_name or DEFAULT_GROUP, spec.key.path[-1]].append(spec.key)
    return [_renamed(one, keys, by_name) for one in given]


def _renamed(
    one: AssetsDefinition, keys: set[AssetKey], by_name: dict[tuple[str, str], list[AssetKey]]
) -> AssetsDefinition:
    new: dict[AssetKey, AssetKey] = {}
    for spec in one.specs:
        for dep in spec.deps:
            if dep.asset_key in keys:
                continue
            found = by_name.get((spec.group_name or DEFAULT_GROUP, dep.asset_key.path[-1]), [])
            if len(found) == 1 and found[0] not in one.keys:
                new[dep.asset_key] = found[0]
    return one.with_attributes(asset_key_replacements=new) if new else one
