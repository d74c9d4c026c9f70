"""Exceptions as messages carry them."""

from __future__ import annotations

from traceback import TracebackException
from types import TracebackType

from daglab.external.protocol import PipesException


def described(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> PipesException:
    """An exception, its causes included."""
    return _as_data(TracebackException(kind, error, trace), kind.__name__)


def _as_data(told: TracebackException, name: str | None = None) -> PipesException:
    message = "".join(told.format_exception_only())
    return {
        "message": message,
        "stack": told.stack.format(),
        "name": name or message.partition(":")[0].strip().rpartition(".")[2],
        "cause": _as_data(told.__cause__) if told.__cause__ else None,
        "context": _as_data(told.__context__) if told.__context__ else None,
    }
