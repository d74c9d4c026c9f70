"""Exceptions as a face shows them."""

from __future__ import annotations

from daglab.errors import DaglabError
from daglab.execution.boundary import failure_from
from daglab.views.shapes import Problem

_DEFECT = "This is a defect of daglab; what it was about to do has not happened."


def problem_of(error: BaseException) -> Problem:
    """An exception as a title of one line, the details, and what to do."""
    if not isinstance(error, DaglabError):
        failure = failure_from(error)
        return Problem(title=failure.headline, detail=failure.render(), hint=_DEFECT)
    title, _, detail = error.message.partition("\n")
    return Problem(title=title, detail=detail.strip(), hint=error.hint)
