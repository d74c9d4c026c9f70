"""The keys of dynamic partitions, in the order in which they were added."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from daglab.run_store.event_log import chunks, note_change
from daglab.run_store.schema import dynamic_partitions

_T = dynamic_partitions.c


def read_keys(connection: sa.Connection, name: str) -> list[str]:
    """All keys under a name."""
    return list(connection.scalars(sa.select(_T.key).where(_T.name == name).order_by(_T.position)))


def existing_keys(connection: sa.Connection, name: str, keys: Collection[str]) -> set[str]:
    """Those of some keys that are there."""
    found: set[str] = set()
    for some in chunks(set(keys)):
        found.update(connection.scalars(sa.select(_T.key).where(_T.name == name, _T.key.in_(some))))
    return found


def add_keys(connection: sa.Connection, name: str, keys: Sequence[str]) -> None:
    """Adds those keys that are not there yet, behind the others."""
    note_change(connection)
    known = existing_keys(connection, name, keys)
    new = [key for key in dict.fromkeys(keys) if key not in known]
    last = connection.execute(sa.select(sa.func.max(_T.position)).where(_T.name == name)).scalar() or 0
    if new:
        rows = [{"name": name, "key": key, "position": place} for place, key in enumerate(new, last + 1)]
        connection.execute(sa.insert(dynamic_partitions), rows)


def delete_key(connection: sa.Connection, name: str, key: str) -> None:
    """Deletes a key, if it is there."""
    note_change(connection)
    connection.execute(sa.delete(dynamic_partitions).where(_T.name == name, _T.key == key))
