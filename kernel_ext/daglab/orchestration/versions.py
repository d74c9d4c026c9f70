"""Which materialization of an asset somebody means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from daglab.errors import InvalidInvocationError, ValueMissingError, suggest
from daglab.foundation.moments import last_moment_of
from daglab.records.assets import Materialization

if TYPE_CHECKING:
    from daglab.run_store.store import RunStore

AsOf = datetime | date | str


@dataclass(frozen=True, kw_only=True)
class WantedVersion:
    """Which materialization of an asset is meant: of those that fit everything else, the one that `version` names.

    Args:
        version: -1 for the latest, -2 for the one before, and so on; or a data version, or the start of one.
        as_of: only what was made by then.
        run_id: only what this run made; the start of its id is enough.
        partition_key: only this partition; by default the latest of all partitions counts.

    Raises:
        InvalidInvocationError: the version or the moment is none.
    """

    version: int | str = -1
    as_of: AsOf | None = None
    run_id: str | None = None
    partition_key: str | None = None

    def __post_init__(self) -> None:
        number = isinstance(self.version, int) and not isinstance(self.version, bool) and self.version < 0
        if not number and not (isinstance(self.version, str) and self.version):
            raise InvalidInvocationError(
                f"{self.version!r} is no version",
                hint="give -1 for the latest, -2 for the one before, or a data version as text",
            )
        if self.run_id == "":
            raise InvalidInvocationError("'' is no run id", hint="leave run_id out, or give an id from `daglab runs`")

    @property
    def until(self) -> datetime | None:
        """The last moment that counts."""
        return None if self.as_of is None else last_moment_of(self.as_of)

    @property
    def conditions(self) -> str:
        """What is asked for besides the version, as text: "" or " of partition 'a', by run '0192'"."""
        parts = [
            f"of partition {str(self.partition_key)!r}" if self.partition_key is not None else "",
            f"made by {self.until.isoformat(' ', 'seconds')}" if self.until is not None else "",
            f"made by run {self.run_id!r}" if self.run_id else "",
        ]
        found = ", ".join(filter(None, parts))
        return f" {found}" if found else ""


def find_materialization(store: RunStore, key: str, wanted: WantedVersion, *, place: object) -> Materialization:
    """Finds the materialization that is meant.

    Args:
        store: where it was recorded.
        key: of the asset.
        wanted: which one.
        place: what the store is called in messages.

    Raises:
        ValueMissingError: there is none; the message says how near one comes.
        InvalidInvocationError: several data versions begin so.
    """
    partition = None if wanted.partition_key is None else str(wanted.partition_key)
    is_number = isinstance(wanted.version, int)
    made = store.materializations(
        key,
        limit=-wanted.version if isinstance(wanted.version, int) else None,
        partition=partition,
        run_id=wanted.run_id or "",
        data_version="" if is_number else str(wanted.version),
        until=wanted.until,
    )
    if isinstance(wanted.version, int):
        if len(made) >= -wanted.version:
            return made[-wanted.version - 1][1]
    elif made:
        return _only_version(key, wanted.version, [one for _, one in made])
    raise _missing(store, key, wanted, place)


def _only_version(key: str, start: str, made: list[Materialization]) -> Materialization:
    versions = list(dict.fromkeys(one.data_version for one in made))
    if len(versions) > 1 and start not in versions:
        raise InvalidInvocationError(
            f"{len(versions)} data versions of asset {key!r} begin with {start!r}",
            hint=f"give more of one of {', '.join(versions[:5])}",
        )
    return next(one for one in made if len(versions) == 1 or one.data_version == start)


def _missing(store: RunStore, key: str, wanted: WantedVersion, place: object) -> ValueMissingError:
    made = [one for _, one in store.materializations(key, limit=10_000)]
    if not made:
        known = store.asset_keys()
        hint = "materialize it" if key in known else suggest(key, known)
        return ValueMissingError(
            f"asset {key!r} was never materialized in {place}",
            hint=hint or f"there are {', '.join(known[:8]) or 'no assets yet'}",
        )
    return ValueMissingError(
        f"asset {key!r} has no version {wanted.version!r}{wanted.conditions}", hint=_nearest(made, wanted)
    )


def _nearest(made: list[Materialization], wanted: WantedVersion) -> str:
    """What there is instead, of the first condition that nothing fits."""
    until, run_id = wanted.until, wanted.run_id or ""
    partition = None if wanted.partition_key is None else str(wanted.partition_key)
    if partition is not None and not any(one.partition == partition for one in made):
        partitions = list(dict.fromkeys(one.partition for one in made if one.partition))
        return suggest(partition, partitions) or f"it has {_listed(partitions, 'partition')}"
    made = [one for one in made if partition in (None, one.partition)]
    if until is not None and not any(one.at <= until for one in made):
        return f"the first one was made at {made[-1].at.astimezone().isoformat(' ', 'seconds')}"
    made = [one for one in made if until is None or one.at <= until]
    if run_id and not any(one.run_id.startswith(run_id) for one in made):
        return f"it was made by {_listed(list(dict.fromkeys(one.run_id for one in made)), 'run')}"
    made = [one for one in made if one.run_id.startswith(run_id)]
    times = "once" if len(made) == 1 else f"{len(made)} times"
    known = list(dict.fromkeys(one.data_version for one in made))[:5]
    latest = f"the latest {'is' if len(known) == 1 else 'are'} {', '.join(known)}"
    return f"it was made {times}; {latest}" if isinstance(wanted.version, int) else latest


def _listed(names: list[str], noun: str) -> str:
    if not names:
        return f"no {noun}s"
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"the {noun}s {', '.join(map(repr, names[:5]))}{more}"
