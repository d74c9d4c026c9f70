"""How many steps with a label may run at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from daglab.errors import InvalidConfigError
from daglab.planning.steps import Step


@dataclass(frozen=True, kw_only=True)
class _Limit:
    key: str
    value: str | None
    each: bool
    most: int

    def group(self, step: Step) -> str | None:
        """Which steps count together with this one; None where the limit is not for it."""
        found = step.tags.get(self.key)
        if found is None or (self.value is not None and found != self.value):
            return None
        return found if self.each else ""


class TagLimits:
    """How many steps with a label may run at once.

    Args:
        configs: dicts with `key`, `limit`, and `value`: a label's value, `{"applyLimitPerUniqueValue": True}` for a
            limit to each of its values, or none for all of them together.

    Raises:
        InvalidConfigError: a limit is smaller than 1, so that its steps could never run.

    Example:
        >>> from daglab.definitions.op_decorator import op
        >>> @op(tags={"database": "small"})
        ... def load(): ...
        >>> step = Step(key="load", op=load, tags=load.tags)
        >>> limits = TagLimits([{"key": "database", "limit": 1}])
        >>> limits.lets(step, []), limits.lets(step, [step])
        (True, False)
    """

    def __init__(self, configs: Sequence[Mapping[str, Any]]) -> None:
        self._limits = [_limit_of(place, one) for place, one in enumerate(configs)]

    def lets(self, step: Step, running: Collection[Step]) -> bool:
        """Whether a step may run beside those that do."""
        for limit in self._limits:
            group = limit.group(step)
            if group is not None and sum(limit.group(one) == group for one in running) >= limit.most:
                return False
        return True


def _limit_of(place: int, config: Mapping[str, Any]) -> _Limit:
    most, value = config["limit"], config.get("value")
    if most < 1:
        raise InvalidConfigError(
            f"tag_concurrency_limits[{place}].limit is {most}, so that no step with the tag {config['key']!r} ever ran",
            hint="give a limit of 1 or more, or leave the steps out of the run",
        )
    each = isinstance(value, Mapping) and bool(value.get("applyLimitPerUniqueValue"))
    return _Limit(key=config["key"], value=value if isinstance(value, str) else None, each=each, most=most)
