"""Values at the boundary of a step: each is looked at by its declared type, and told of before it can be refused."""

from __future__ import annotations

from typing import Any

from daglab.definitions.metadata import normalize_metadata
from daglab.definitions.types.boundary import check_value, require_passed
from daglab.execution.recording import StepRecorder
from daglab.records.events import EventType, ValuePassed


def tell_checked(
    recorder: StepRecorder, event: EventType, kind: Any, value: object, context: Any, what: str, **facts: Any
) -> None:
    """Checks a value and tells what came of it.

    Args:
        recorder: of the step.
        event: as which it is told.
        kind: the declared type.
        value: what has passed.
        context: of the step's op.
        what: how to call it in an error, such as "input 'a'".
        facts: further fields of what is told.

    Raises:
        TypeCheckDidNotPass: it is not of the type.
    """
    if kind.is_any:
        recorder.tell(event, ValuePassed(**facts))
        return
    verdict = check_value(kind, value, context)
    told = ValuePassed(
        **facts,
        type_name=kind.display_name,
        fits=verdict.success,
        description=verdict.description or "",
        metadata=normalize_metadata(verdict.metadata),
    )
    recorder.tell(event, told)
    require_passed(verdict, kind, value, f"{what} of step {recorder.step.key!r}")
