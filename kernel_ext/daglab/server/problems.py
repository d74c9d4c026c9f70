"""Errors as answers: a status of HTTP and a `Problem` that says what to do."""

from __future__ import annotations

from http import HTTPStatus

from tornado.web import HTTPError

from daglab.errors import (
    DaglabError,
    InvalidInvocationError,
    InvalidSubsetError,
    PlanError,
    RunNotFoundError,
    RunStoreError,
    SettingsError,
)
from daglab.views.shapes import Problem

# The first that fits.
_ANSWERS: tuple[tuple[type[DaglabError], int, str], ...] = (
    (RunNotFoundError, 404, "There is no such run"),
    (RunStoreError, 503, "The run store cannot be used"),
    (SettingsError, 503, "The settings of the project cannot be used"),
    (InvalidSubsetError, 404, "There is no such asset"),
    (PlanError, 400, "This cannot be materialized"),
    (InvalidInvocationError, 400, "The request cannot be understood"),
    (DaglabError, 400, "This cannot be done"),
)

FRESH = Problem(
    title="Everything is fresh",
    detail="All that was asked for is as its code and its inputs would make it now.",
    hint="",
)


def answer_to(error: BaseException, status: int = 500) -> tuple[int, Problem]:
    """What to answer when something was raised; nothing of the server's inside is in it.

    Args:
        error: what was raised.
        status: what HTTP calls it, where that is known.
    """
    if isinstance(error, DaglabError):
        status, title = next((status, title) for kind, status, title in _ANSWERS if isinstance(error, kind))
        return status, Problem(title=title, detail=error.message, hint=error.hint)
    if isinstance(error, HTTPError):
        return status, Problem(title=_phrase(status), detail=_detail(error), hint=_HINTS.get(status, ""))
    return 500, Problem(
        title="Something went wrong in the server",
        detail=f"An error of the kind {type(error).__name__} came up.",
        hint="The log of the Jupyter server says more.",
    )


_HINTS = {
    401: "Sign in to the Jupyter server.",
    403: "Sign in to the Jupyter server, or ask whoever runs it for the right to do this.",
}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"


def _detail(error: HTTPError) -> str:
    message = error.log_message or ""
    return message % error.args if message and error.args else message
