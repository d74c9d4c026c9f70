"""Selections as text, answered by an asset graph; `definitions.asset_selection.text` tells the language."""

from __future__ import annotations

from daglab.definitions.asset_selection.scope import Scope, SelectableGraph
from daglab.definitions.asset_selection.text import parse


def select(graph: SelectableGraph, text: str) -> frozenset[str]:
    """Finds the assets that a selection means.

    Raises:
        InvalidSubsetError: it cannot be read, or a part of it means no asset.

    Example:
        >>> from daglab.definitions.asset_decorator import asset
        >>> from daglab.planning.graph import AssetGraph
        >>> @asset
        ... def orders(): ...
        >>> @asset
        ... def total(orders): ...
        >>> sorted(select(AssetGraph.build([orders, total]), "+total"))
        ['orders', 'total']
    """
    return frozenset(parse(text).keys(Scope(graph, is_strict=True, with_external=False)))
