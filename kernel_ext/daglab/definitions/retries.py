"""When and how often a step that failed is tried again."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from daglab.errors import InvalidDefinitionError


class Backoff(Enum):
    """How the delay grows from one retry to the next.

    LINEAR: delay, 2 x delay, 3 x delay; EXPONENTIAL: delay, 3 x delay, 7 x delay, that is (2^n - 1) x delay.

    Example:
        >>> RetryPolicy(delay=1, backoff=Backoff.EXPONENTIAL).calculate_delay(3)
        7.0
    """

    LINEAR = "LINEAR"
    EXPONENTIAL = "EXPONENTIAL"


class Jitter(Enum):
    """How chance changes a delay, so that steps that failed together are not tried again together.

    FULL: anything between nothing and the delay; PLUS_MINUS: up to one base delay more or less.

    Example:
        >>> 0 <= RetryPolicy(delay=1, jitter=Jitter.FULL).calculate_delay(1) <= 1
        True
    """

    FULL = "FULL"
    PLUS_MINUS = "PLUS_MINUS"


@dataclass(frozen=True)
class RetryPolicy:
    """How often a step that raised is tried again, and how long to wait before.

    Args:
        max_retries: tries after the first one.
        delay: seconds before a retry; at once by default.
        backoff: how the delay grows.
        jitter: how chance changes it.

    Raises:
        InvalidDefinitionError: a backoff or jitter without a delay.

    Example:
        >>> RetryPolicy(max_retries=3, delay=0.5, backoff=Backoff.LINEAR).calculate_delay(2)
        1.0
    """

    max_retries: int = 1
    delay: float | None = None
    backoff: Backoff | None = None
    jitter: Jitter | None = None

    def __post_init__(self) -> None:
        if self.delay is None and (self.backoff or self.jitter):
            given = "backoff" if self.backoff else "jitter"
            raise InvalidDefinitionError(f"a RetryPolicy has a {given} and no delay", hint="give it delay=, in seconds")

    def calculate_delay(self, attempt_num: int) -> float:
        """Seconds to wait before the retry of that number, counted from 1."""
        return delay_before(attempt_num, self, random.random)


def delay_before(attempt: int, policy: RetryPolicy, chance: Callable[[], float]) -> float:
    """Seconds to wait before a retry; `chance` gives numbers from 0 to 1."""
    base = policy.delay or 0.0
    factor = {None: 1, Backoff.LINEAR: attempt, Backoff.EXPONENTIAL: 2**attempt - 1}[policy.backoff]
    delay = float(base * factor)
    if policy.jitter is Jitter.FULL:
        return chance() * delay
    if policy.jitter is Jitter.PLUS_MINUS:
        return max(0.0, delay + (2 * chance() - 1) * base)
    return delay
