"""The verdict of a type on a value."""

from __future__ import annotations

from dataclasses import dataclass, field

from daglab.definitions.metadata import RawMetadata, normalize_metadata
from daglab.errors import InvalidDefinitionError


@dataclass(frozen=True)
class TypeCheck:
    """Whether a value is of a type, and what else is to be known about it.

    Args:
        success: whether it is.
        description: Markdown; where it is not, why.
        metadata: facts about the value, shown with the input or output.

    Example:
        >>> verdict = TypeCheck(False, description="a price below zero", metadata={"rows": 3})
        >>> verdict.success, verdict.metadata["rows"].value
        (False, 3)
    """

    success: bool
    description: str | None = None
    metadata: RawMetadata = field(default_factory=dict)

    def __post_init__(self) -> None:
        if type(self.success) is not bool:
            raise InvalidDefinitionError(
                f"TypeCheck(success={self.success!r}) is neither True nor False", hint="wrap it in bool(...)"
            )
        if self.description is not None and not isinstance(self.description, str):
            raise InvalidDefinitionError(f"TypeCheck(description={self.description!r}) is no text")
        object.__setattr__(self, "metadata", normalize_metadata(self.metadata))


PASSED = TypeCheck(True)
