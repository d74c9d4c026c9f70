"""From metadata as messages carry it to metadata as it is recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.metadata import MetadataValue
from daglab.definitions.table_metadata import (
    TableColumn,
    TableColumnConstraints,
    TableColumnDep,
    TableColumnLineage,
    TableRecord,
    TableSchema,
)
from daglab.errors import InvalidDefinitionError, PipesExecutionError, suggest


def metadata_from_external(metadata: Mapping[str, Any] | None) -> dict[str, MetadataValue]:
    """Reads the metadata of a message.

    Raises:
        PipesExecutionError: an entry is not of its type, or of none that there is; all of them are listed.

    Example:
        >>> metadata_from_external({"rows": {"raw_value": 3, "type": "__infer__"}})
        {'rows': IntMetadataValue(value=3)}
    """
    if not isinstance(metadata or {}, Mapping):
        raise PipesExecutionError(f"the metadata {metadata!r:.200} is no mapping of names to values")
    found: dict[str, MetadataValue] = {}
    problems = []
    for name, entry in (metadata or {}).items():
        try:
            found[name] = _read(entry)
        except (InvalidDefinitionError, PipesExecutionError) as error:
            problems.append(f"{name!r}: {error.message}{'; ' + error.hint if error.hint else ''}")
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            problems.append(f"{name!r}: {entry['raw_value']!r:.200} is no {entry['type']} ({error!r:.200})")
    if problems:
        raise PipesExecutionError("metadata that cannot be read: " + "; ".join(problems))
    return found


def _read(entry: object) -> MetadataValue:
    if not isinstance(entry, Mapping) or not {"raw_value", "type"} <= entry.keys():
        raise PipesExecutionError(f"{entry!r:.200} has not 'raw_value' and 'type'")
    read = _READERS.get(entry["type"])
    if read is None:
        kind = str(entry["type"])
        raise PipesExecutionError(f"there is no type {kind!r}", hint=suggest(kind, _READERS))
    return read(entry["raw_value"])


def _table(value: Mapping[str, Any]) -> MetadataValue:
    records = [TableRecord(one) for one in value["records"]]
    schema = value.get("schema")
    return MetadataValue.table(records, None if schema is None else _schema(schema))


def _schema(value: Any) -> TableSchema:
    columns = value["columns"] if isinstance(value, Mapping) else value
    return TableSchema([_column(one) for one in columns])


def _column(value: Mapping[str, Any]) -> TableColumn:
    limits = value.get("constraints")
    return TableColumn(
        value["name"],
        value["type"],
        value.get("description"),
        TableColumnConstraints(**limits) if limits else None,
        value.get("tags"),
    )


def _lineage(value: Mapping[str, Any]) -> MetadataValue:
    found = {name: [TableColumnDep(**one) for one in deps] for name, deps in value["deps_by_column"].items()}
    return MetadataValue.column_lineage(TableColumnLineage(found))


_READERS: Mapping[str, Callable[[Any], MetadataValue]] = {
    "__infer__": MetadataValue.of,
    "text": MetadataValue.text,
    "url": MetadataValue.url,
    "path": MetadataValue.path,
    "notebook": MetadataValue.notebook,
    "json": MetadataValue.json,
    "md": MetadataValue.md,
    "float": MetadataValue.float,
    "int": MetadataValue.int,
    "bool": MetadataValue.bool,
    "dagster_run": MetadataValue.dagster_run,
    "asset": lambda value: MetadataValue.asset(AssetKey.from_user_string(value)),
    "null": lambda _: MetadataValue.null(),
    "table": _table,
    "table_schema": lambda value: MetadataValue.table_schema(_schema(value)),
    "table_column_lineage": _lineage,
    "timestamp": MetadataValue.timestamp,
}
