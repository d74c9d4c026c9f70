"""The mark for "nothing was given", where None would be a value."""

from __future__ import annotations


class NoValue:
    """Says that there is no value, as None is one."""

    def __repr__(self) -> str:
        return "NO_VALUE"

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        return "NO_VALUE"


NO_VALUE = NoValue()
