"""How a parameter says that it is a resource; kept where config can see it, too."""

from __future__ import annotations

from daglab.definitions.resource_annotations import (
    RESOURCE_MARK,
    ResourceParam,
    TreatAsResourceParam,
    is_resource_annotation,
)

__all__ = ["RESOURCE_MARK", "ResourceParam", "TreatAsResourceParam", "is_resource_annotation"]
