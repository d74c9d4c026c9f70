"""The old place of `AssetExecutionContext`."""

from __future__ import annotations

from daglab.definitions.contexts.asset_context import AssetExecutionContext

__all__ = ["AssetExecutionContext"]
