"""What check functions and loaders of types are called with."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

_LOG = logging.getLogger("daglab")


@dataclass(frozen=True, kw_only=True)
class TypeCheckContext:
    """What the check function of a type is called with.

    Args:
        run_id: the run; empty outside of one.
        log: the logger of the step.
        resources: what the type needs, as attributes.

    Example:
        >>> TypeCheckContext(run_id="a1").run_id
        'a1'
    """

    run_id: str = ""
    log: Any = _LOG
    resources: Any = field(default_factory=SimpleNamespace)


@dataclass(frozen=True, kw_only=True)
class TypeLoaderContext(TypeCheckContext):
    """What the loader of a type is called with.

    Args:
        op_def: the op whose input is loaded.
        job_def: the job that runs.

    Example:
        >>> TypeLoaderContext(run_id="a1").op_def is None
        True
    """

    op_def: Any = None
    job_def: Any = None
