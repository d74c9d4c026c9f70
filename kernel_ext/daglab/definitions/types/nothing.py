"""`Nothing`: the type of what passes no value and only says what comes first."""

from __future__ import annotations


class Nothing:
    """The type of an input that only waits, and of an output that only tells that it is done.

    Example:
        >>> from daglab.definitions.nodes import In
        >>> In(Nothing).passes_value
        False
    """


def means_nothing(raw: object) -> bool:
    """Whether what was given as a type says that no value is passed: `Nothing`, None's class, or such a data type.

    Example:
        >>> means_nothing(Nothing), means_nothing(type(None)), means_nothing(None), means_nothing(int)
        (True, True, False, False)
    """
    return raw is Nothing or raw is type(None) or getattr(raw, "is_nothing", False) is True
