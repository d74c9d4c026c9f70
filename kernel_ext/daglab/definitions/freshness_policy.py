"""`FreshnessPolicy`: how old an asset may become."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

from daglab.errors import InvalidDefinitionError
from daglab.foundation.cron import Cron, zone_of

_SHORTEST = timedelta(minutes=1)


class FreshnessPolicy:
    """How old an asset may become before somebody is to be told.

    Example:
        >>> FreshnessPolicy.time_window(fail_window=timedelta(hours=24)).fail_window
        datetime.timedelta(days=1)
    """

    @staticmethod
    def time_window(fail_window: timedelta, warn_window: timedelta | None = None) -> TimeWindowFreshnessPolicy:
        """Fresh while it was made within a window that ends now.

        Args:
            fail_window: older than this is a failure; at least a minute.
            warn_window: older than this is worth a warning; shorter than `fail_window`.
        """
        return TimeWindowFreshnessPolicy(fail_window, warn_window)

    @staticmethod
    def cron(deadline_cron: str, lower_bound_delta: timedelta, timezone: str = "UTC") -> CronFreshnessPolicy:
        """Fresh if it was made shortly before the last deadline, or later.

        Args:
            deadline_cron: the deadlines.
            lower_bound_delta: how long before a deadline it may have been made; at least a minute.
            timezone: of the deadlines.
        """
        return CronFreshnessPolicy(deadline_cron, lower_bound_delta, timezone)


@dataclass(frozen=True)
class TimeWindowFreshnessPolicy(FreshnessPolicy):
    """Fresh while it was made within a window that ends now.

    Example:
        >>> TimeWindowFreshnessPolicy(timedelta(hours=2), timedelta(hours=1)).warn_window
        datetime.timedelta(seconds=3600)
    """

    fail_window: timedelta
    warn_window: timedelta | None = None

    def __post_init__(self) -> None:
        for name, window in (("fail_window", self.fail_window), ("warn_window", self.warn_window)):
            if window is not None and window < _SHORTEST:
                raise InvalidDefinitionError(f"{name} is {window}", hint="give at least a minute")
        if self.warn_window is not None and self.warn_window >= self.fail_window:
            raise InvalidDefinitionError(
                f"warn_window {self.warn_window} is not below fail_window {self.fail_window}",
                hint="warn before it fails",
            )


@dataclass(frozen=True)
class CronFreshnessPolicy(FreshnessPolicy):
    """Fresh if it was made shortly before the last deadline, or later.

    Example:
        >>> CronFreshnessPolicy("0 9 * * *", timedelta(hours=1)).timezone
        'UTC'
    """

    deadline_cron: str
    lower_bound_delta: timedelta
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        check_zone(self.timezone)
        check_cron(self.deadline_cron)
        shortest = _shortest_interval(self.deadline_cron)
        if not _SHORTEST <= self.lower_bound_delta <= shortest:
            raise InvalidDefinitionError(
                f"lower_bound_delta is {self.lower_bound_delta}, and the deadlines {self.deadline_cron!r} are "
                f"{shortest} apart",
                hint="give at least a minute, and no more than that",
            )


def check_zone(timezone: str) -> None:
    """Refuses a time zone that there is not.

    Raises:
        InvalidDefinitionError: there is none of that name.
    """
    try:
        zone_of(timezone)
    except (ValueError, TypeError) as error:
        raise InvalidDefinitionError(
            f"{timezone!r} is no time zone", hint="give one such as 'Europe/Berlin'"
        ) from error


def check_cron(expression: str) -> None:
    """Refuses what is no cron expression.

    Raises:
        InvalidDefinitionError: it is none.
    """
    try:
        Cron.of(expression)
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidDefinitionError(
            f"{expression!r} is no cron expression", hint="write one such as '0 9 * * *'"
        ) from error


_SAMPLED_TICKS = 100
_SAMPLED_FROM = datetime(2024, 1, 1, tzinfo=UTC)


def _shortest_interval(expression: str) -> timedelta:
    ticks = list(islice(Cron.of(expression).ticks_from(_SAMPLED_FROM), _SAMPLED_TICKS))
    return min((later - earlier for earlier, later in pairwise(ticks)), default=timedelta.max)
