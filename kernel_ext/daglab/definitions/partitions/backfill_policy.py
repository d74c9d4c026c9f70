"""How many partitions of a backfill go into one run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from daglab.errors import InvalidDefinitionError


class BackfillPolicyType(Enum):
    """SINGLE_RUN: all partitions in one run; MULTI_RUN: a number of partitions per run."""

    SINGLE_RUN = "SINGLE_RUN"
    MULTI_RUN = "MULTI_RUN"


@dataclass(frozen=True)
class BackfillPolicy:
    """How many partitions of a backfill go into one run.

    Args:
        max_partitions_per_run: None for all of them.

    Example:
        >>> print(BackfillPolicy.multi_run(10), BackfillPolicy.single_run())
        BackfillPolicy.multi_run(max_partitions_per_run=10) BackfillPolicy.single_run()
    """

    max_partitions_per_run: int | None = 1

    @staticmethod
    def single_run() -> BackfillPolicy:
        """All partitions in one run."""
        return BackfillPolicy(max_partitions_per_run=None)

    @staticmethod
    def multi_run(max_partitions_per_run: int = 1) -> BackfillPolicy:
        """At most that many partitions per run."""
        if not isinstance(max_partitions_per_run, int):
            raise InvalidDefinitionError(
                f"max_partitions_per_run is {max_partitions_per_run!r}", hint="give a whole number, from 1 on"
            )
        return BackfillPolicy(max_partitions_per_run=max_partitions_per_run)

    @property
    def policy_type(self) -> BackfillPolicyType:
        """Whether one run takes all."""
        return BackfillPolicyType.MULTI_RUN if self.max_partitions_per_run else BackfillPolicyType.SINGLE_RUN

    def __str__(self) -> str:
        if self.policy_type is BackfillPolicyType.SINGLE_RUN:
            return "BackfillPolicy.single_run()"
        return f"BackfillPolicy.multi_run(max_partitions_per_run={self.max_partitions_per_run})"
