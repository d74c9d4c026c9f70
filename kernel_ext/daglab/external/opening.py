"""`open_pipes`: where a process that a step started meets it."""

from __future__ import annotations

import warnings
from typing import Any

from daglab.external.context import PipesContext
from daglab.external.context_loaders import PipesContextLoader, PipesDefaultContextLoader
from daglab.external.message_writers import PipesDefaultMessageWriter, PipesMessageWriter
from daglab.external.params_loaders import PipesEnvVarParamsLoader, PipesParamsLoader


class PipesWarning(Warning):
    """Something about the way in which a process was started that its author should know."""


def open_pipes(
    *,
    context_loader: PipesContextLoader | None = None,
    message_writer: PipesMessageWriter[Any] | None = None,
    params_loader: PipesParamsLoader | None = None,
) -> PipesContext:
    """Opens the context that the step left for this process; use it in a `with` block, near the start of the program.

    A process that no step started is warned and given an object on which every call does nothing, so that a script
    runs by hand as well.

    Args:
        context_loader: loads the context; from the file or the parameters that daglab's injectors use by default.
        message_writer: writes messages; to the file or stream that daglab's readers read by default.
        params_loader: finds the parameters; in the environment by default.

    Raises:
        PipesError: what the step left cannot be read.
    """
    if PipesContext.is_initialized():
        return PipesContext.get()
    params_loader = params_loader or PipesEnvVarParamsLoader()
    if params_loader.is_dagster_pipes_process():
        context = PipesContext(
            params_loader,
            context_loader or PipesDefaultContextLoader(),
            message_writer or PipesDefaultMessageWriter(),
        )
    else:
        warnings.warn(
            "no step started this process: what it asks of its context, or tells it, does nothing",
            PipesWarning,
            stacklevel=2,
        )
        context = _silent()
    PipesContext.set(context)
    return context


def _silent() -> Any:
    from unittest.mock import MagicMock  # takes a while, and only a script that is run by hand needs it

    return MagicMock(name="PipesContext")
