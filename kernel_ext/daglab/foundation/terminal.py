"""The terminal of a run, named to processes that have none of their own."""

from __future__ import annotations

import os

TERMINAL_VARIABLE = "DAGLAB_TERMINAL"


def terminal_environment() -> dict[str, str]:
    """The variable that names the terminal of this process; none where there is no terminal.

    Example:
        >>> set(terminal_environment()) <= {TERMINAL_VARIABLE}
        True
    """
    try:
        return {TERMINAL_VARIABLE: os.ttyname(0)}
    except (OSError, AttributeError):  # Windows has no such call
        return {}
