"""Loggers of Python's `logging` whose messages reach the log of the run that they are written in."""

from __future__ import annotations

import logging
import sys
from typing import TextIO

from daglab.definitions.contexts.current import current_context

_BASE = "daglab.builtin"
_LINE = "%(asctime)s - %(name)s - %(levelname)s - %(message)s"


def get_logger(name: str | None = None) -> logging.Logger:
    """A logger for user code: inside a step, its messages are part of the run's log.

    Messages of every level pass, unless the logger is told otherwise.

    Args:
        name: a part of its own in the logger's name.

    Example:
        >>> get_logger("loading").name
        'daglab.builtin.loading'
    """
    base = logging.getLogger(_BASE)
    base.setLevel(logging.DEBUG)
    if not any(isinstance(handler, _ToCurrentStep) for handler in base.handlers):
        base.addHandler(_ToCurrentStep())
    return base.getChild(name) if name else base


def console_logger() -> logging.Logger:
    """The log of functions that are called directly: it prints, and everything that listens to `logging` hears it."""
    logger = logging.getLogger("daglab.direct")
    logger.setLevel(logging.DEBUG)
    if not any(isinstance(handler, _Console) for handler in logger.handlers):
        logger.addHandler(_Console())
    return logger


class _ToCurrentStep(logging.Handler):
    """Hands messages to the step whose code runs."""

    def emit(self, record: logging.LogRecord) -> None:
        context = current_context()
        if context is not None:
            context.log.handle(record)


class _Console(logging.StreamHandler[TextIO]):
    """Prints to what is the standard error when a message comes, as notebooks and tests exchange it."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)
        self.setFormatter(logging.Formatter(_LINE))

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr
