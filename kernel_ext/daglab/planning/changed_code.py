"""Which part of the code that makes an asset is another than it was.

Parts are told by label: "code" for its own, "name:clean" for a shared name of its notebook,
"module:helpers.clean" for one of a module, and "distribution:pandas" for a version.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

OWN_CODE: Final = "code"
_SINCE: Final = "since it was last materialized."


def describe_change(now: Mapping[str, str], then: Mapping[str, str]) -> str:
    """One sentence on which part of some code is another than it was.

    Example:
        >>> describe_change({"code": "1", "name:clean": "2"}, {"code": "1", "name:clean": "3"})
        "'clean', which it uses, changed since it was last materialized."
    """
    labels = [label for label in (*now, *then) if now.get(label) != then.get(label)] if now and then else []
    ranked = sorted(labels, key=_rank)
    if not ranked or ranked[0] == OWN_CODE:
        return f"Its code changed {_SINCE}"
    return _sentence(ranked[0], now.get(ranked[0]), then.get(ranked[0]))


def _rank(label: str) -> int:
    """The nearest to the user comes first, a new dependency after what was edited."""
    kinds = ("run", OWN_CODE, "op", "name", "module", "distribution")
    kind = label.partition(":")[0]
    return kinds.index(kind) if kind in kinds else len(kinds)


def _sentence(label: str, now: str | None, then: str | None) -> str:
    kind, _, name = label.partition(":")
    if kind == "run":
        return name
    if kind == "distribution":
        return _version_sentence(name, now, then)
    if kind == "op":
        return f"The code of its op {name!r} changed {_SINCE}"
    if kind == "module":
        module, _, member = name.rpartition(".")
        if now == "missing":
            return f"The module {name!r}, which it uses, is gone."
        what = f"{member!r} of the module {module!r}" if module and member else f"The module {name.strip('.')!r}"
    elif name in ("", "*"):
        what = "Shared code of its notebook"
    else:
        what = repr(name)
    if now is None:
        return f"{what}, which it used, is no longer used by it."
    if then is None:
        return f"{what} is used by it now, and was not when it was last materialized."
    return f"{what}, which it uses, changed {_SINCE}"


def _version_sentence(name: str, now: str | None, then: str | None) -> str:
    if now is None:
        return f"It no longer uses {name}, or {name} is no longer installed."
    if then is None:
        return f"It now uses {name} {now}, and did not when it was last materialized."
    return f"{name} is {now} now; it was last materialized with {then}."
