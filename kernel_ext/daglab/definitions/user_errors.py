"""What user code raises to say how a step is to fail."""

from __future__ import annotations

from daglab.definitions.metadata import RawMetadata, normalize_metadata
from daglab.errors import InvalidDefinitionError


class Failure(Exception):
    """Fails a step, with facts that say why.

    Args:
        description: one sentence.
        metadata: facts.
        allow_retries: whether the step's retry policy applies; it does by default.

    Example:
        >>> Failure("no rows", metadata={"rows": 0}).metadata["rows"].value
        0
    """

    def __init__(
        self,
        description: str | None = None,
        metadata: RawMetadata | None = None,
        allow_retries: bool | None = None,
    ) -> None:
        if description is not None and not isinstance(description, str):
            raise InvalidDefinitionError(f"a Failure has the description {description!r}", hint="give text")
        super().__init__(description)
        self.description = description
        self.metadata = normalize_metadata(metadata)
        self.allow_retries = True if allow_retries is None else allow_retries


class RetryRequested(Exception):
    """Asks for the step to be tried again.

    Args:
        max_retries: tries after the first one.
        seconds_to_wait: before the next one.

    Example:
        >>> RetryRequested(max_retries=3).max_retries
        3
    """

    def __init__(self, max_retries: int | None = 1, seconds_to_wait: float | None = None) -> None:
        if not isinstance(max_retries, int):
            raise InvalidDefinitionError(
                f"a RetryRequested has max_retries={max_retries!r}", hint="give a whole number"
            )
        super().__init__()
        self.max_retries = max_retries
        self.seconds_to_wait = seconds_to_wait
