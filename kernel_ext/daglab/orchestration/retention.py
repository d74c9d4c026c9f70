"""How long values are kept: which ones may go, and their removal."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from daglab.definitions.nodes import DEFAULT_IO_MANAGER_KEY
from daglab.errors import InvalidInvocationError
from daglab.foundation.clock import SystemClock
from daglab.foundation.text import plural
from daglab.io_managers.filesystem import FilesystemIOManager
from daglab.io_managers.placing import finish_removals, remove_placed
from daglab.orchestration.instance import Instance
from daglab.orchestration.settings import Retention
from daglab.records.assets import Materialization

GRACE = timedelta(minutes=10)
"""For so long after it was replaced, a value stays for those who were about to read it."""

_LONGEST_REMOVAL = timedelta(minutes=1)  # of one file


@dataclass(kw_only=True)
class PrunedAsset:
    """What was removed of an asset, or would be.

    Args:
        key: the asset.
        kept: how many materializations keep their values.
        removed: how many lose theirs.
        size: the bytes that this frees.
    """

    key: str
    kept: int = 0
    removed: int = 0
    size: int = 0


@dataclass(kw_only=True)
class _Asset:
    """The materializations of an asset whose values are files of ours."""

    kept: list[Path] = field(default_factory=list)
    old: dict[Path, list[int]] = field(default_factory=dict)


def prune(
    instance: Instance, retention: Retention, *, dry_run: bool = False, grace: timedelta = GRACE
) -> list[PrunedAsset]:
    """Removes the values that retention does not keep; what is known of their materializations stays.

    A value stays if it is the latest of its asset or partition, if any of the limits keeps it, if it was replaced only
    lately or while a run was going on that has not ended, or if it is the same bytes as one that stays. Files are
    removed only after it was noted why, so a process that is killed leaves nothing unexplained; the next one goes on.

    Args:
        instance: the home.
        retention: the limits.
        dry_run: only says what would be removed.
        grace: how long what was replaced stays in any case.

    Raises:
        InvalidInvocationError: there are no limits.
        StoreUnavailableError: it cannot be noted.
    """
    if retention == Retention():
        raise InvalidInvocationError(
            "no retention is set, so every value is kept",
            hint="say what to keep: `materializations = 10` and `days = 30` in [tool.daglab.retention], "
            "or daglab prune --keep 10 --days 30",
        )
    manager = instance.default_io_manager
    assert isinstance(manager, FilesystemIOManager)
    now = SystemClock().now()
    # Runs first: what they put there after this moment is younger than the files that may go.
    safe = min([now - grace, *(run.created_at for run in instance.store.unfinished_runs())])
    rule = _Rule(retention=retention, now=now, safe=safe)
    assets = {key: _survey(instance, manager, key, rule) for key in instance.store.asset_keys()}
    needed = {path for one in assets.values() for path in one.kept}
    if not dry_run:
        numbers = [number for one in assets.values() for path in one.old.keys() - needed for number in one.old[path]]
        if numbers:
            instance.store.note_removals(numbers, now, rule.reason)
        begun = (now - _LONGEST_REMOVAL).timestamp()
        finish_removals(instance.home.storage, keeps=needed.__contains__, older_than=begun)
    found = [_pruned(key, one, needed, safe.timestamp(), dry_run=dry_run) for key, one in assets.items()]
    return [one for one in found if one.removed]


@dataclass(frozen=True, kw_only=True)
class _Rule:
    retention: Retention
    now: datetime
    safe: datetime

    @property
    def reason(self) -> str:
        limits = [
            f"the latest {plural(number, noun)}" if noun == "value" else f"those of the last {plural(number, noun)}"
            for number, noun in ((self.retention.materializations, "value"), (self.retention.days, "day"))
            if number is not None
        ]
        return f"by retention, which keeps {' and '.join(limits)}"

    def old(self, made: Sequence[tuple[int, Materialization]]) -> Iterator[tuple[int, Materialization]]:
        """Those materializations of one partition, newest first, whose values may go."""
        for place, (number, one) in enumerate(made):
            replaced_at = made[place - 1][1].at if place else None
            if replaced_at is None or replaced_at >= self.safe:
                continue
            if self.retention.materializations is not None and place < self.retention.materializations:
                continue
            if self.retention.days is not None and one.at >= self.now - timedelta(days=self.retention.days):
                continue
            yield number, one


def _survey(instance: Instance, manager: FilesystemIOManager, key: str, rule: _Rule) -> _Asset:
    by_partition: dict[str, list[tuple[int, Materialization]]] = {}
    for number, made in instance.store.materializations(key, limit=None):
        by_partition.setdefault(made.partition, []).append((number, made))
    found = _Asset()
    for made_of_one in by_partition.values():
        old = dict(rule.old(made_of_one))
        for number, made in made_of_one:
            path = manager.file_of(made.stored) if made.stored is not None else None
            if path is None:
                continue
            if number not in old:
                found.kept.append(path)  # another IO manager may keep its files in the same folder
            elif made.io_manager_key == DEFAULT_IO_MANAGER_KEY:
                found.old.setdefault(path, []).append(number)
    noted = instance.store.removals(key)
    found.old = {
        path: several for path, several in found.old.items() if path.exists() or not noted.keys() >= {*several}
    }
    return found


def _pruned(key: str, one: _Asset, needed: Collection[Path], older_than: float, *, dry_run: bool) -> PrunedAsset:
    shared = sum(len(numbers) for path, numbers in one.old.items() if path in needed)
    told = PrunedAsset(key=key, kept=len(one.kept) + shared)
    for path in sorted(path for path in one.old if path not in needed):
        try:
            status = path.stat()
        except OSError:
            continue
        if status.st_mtime < older_than if dry_run else remove_placed(str(path), older_than=older_than):
            told.removed += len(one.old[path])
            told.size += status.st_size
    return told
