"""Facts about tables: their columns, some of their rows, and where columns come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from daglab.definitions.asset_key import AssetKey, CoercibleToAssetKey
from daglab.errors import InvalidDefinitionError

_CELL_TYPES = (str, int, float, bool, type(None))


@dataclass(frozen=True, init=False)
class TableRecord:
    """One row of a table.

    Args:
        data: column to value: text, a number, True, False or None.

    Raises:
        InvalidDefinitionError: a value of another type.

    Example:
        >>> TableRecord({"carrier": "UA", "flights": 58665}).data["flights"]
        58665
    """

    data: Mapping[str, str | int | float | bool | None]

    def __init__(self, data: Mapping[str, str | int | float | bool | None]) -> None:
        for name, value in data.items():
            if not isinstance(name, str) or not isinstance(value, _CELL_TYPES):
                raise InvalidDefinitionError(
                    f"a TableRecord has {value!r} in its column {name!r}", hint="give text, a number, a bool or None"
                )
        object.__setattr__(self, "data", dict(data))


@dataclass(frozen=True)
class TableConstraints:
    """What holds for a whole table.

    Args:
        other: each one as a sentence.

    Example:
        >>> TableConstraints(["one row an hour"]).other
        ['one row an hour']
    """

    other: Sequence[str]


@dataclass(frozen=True, init=False)
class TableColumnConstraints:
    """What holds for a column.

    Args:
        nullable: whether values may be missing.
        unique: whether no value comes twice.
        other: anything else, each as a sentence.

    Example:
        >>> TableColumnConstraints(nullable=False).unique
        False
    """

    nullable: bool
    unique: bool
    other: Sequence[str]

    def __init__(self, nullable: bool = True, unique: bool = False, other: Sequence[str] | None = None) -> None:
        for name, value in (("nullable", nullable), ("unique", unique), ("other", list(other or ()))):
            object.__setattr__(self, name, value)


@dataclass(frozen=True, init=False)
class TableColumn:
    """A column of a table.

    Args:
        name: its name.
        type: the type of its values, in whatever words fit.
        description: Markdown.
        constraints: what holds for its values.
        tags: labels.

    Example:
        >>> TableColumn("dep_time", "int").type
        'int'
    """

    name: str
    type: str
    description: str | None
    constraints: TableColumnConstraints
    tags: Mapping[str, str]

    def __init__(
        self,
        name: str,
        type: str = "string",
        description: str | None = None,
        constraints: TableColumnConstraints | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        if not isinstance(name, str) or not isinstance(type, str):
            raise InvalidDefinitionError(f"TableColumn({name!r}, {type!r}): name and type are no text")
        values = (name, type, description, constraints or TableColumnConstraints(), dict(tags or {}))
        for field_name, value in zip(("name", "type", "description", "constraints", "tags"), values, strict=True):
            object.__setattr__(self, field_name, value)


@dataclass(frozen=True, init=False)
class TableSchema:
    """The columns of a table.

    Args:
        columns: in order.
        constraints: what holds for the table as a whole.

    Example:
        >>> TableSchema([TableColumn("carrier"), TableColumn("delay", "float")]).columns[1].type
        'float'
    """

    columns: Sequence[TableColumn]
    constraints: TableConstraints

    def __init__(self, columns: Sequence[TableColumn], constraints: TableConstraints | None = None) -> None:
        wrong = [one for one in columns if not isinstance(one, TableColumn)]
        if wrong:
            raise InvalidDefinitionError(f"{wrong[0]!r} is no column", hint="give TableColumn(name, type)")
        object.__setattr__(self, "columns", list(columns))
        object.__setattr__(self, "constraints", constraints or TableConstraints([]))

    @staticmethod
    def from_name_type_dict(name_type_dict: Mapping[str, str]) -> TableSchema:
        """A schema of columns of which only name and type are known."""
        return TableSchema([TableColumn(name, type) for name, type in name_type_dict.items()])


@dataclass(frozen=True, init=False)
class TableColumnDep:
    """A column that another column is made of.

    Args:
        asset_key: the asset that has it.
        column_name: its name there.

    Example:
        >>> TableColumnDep("flights", "dep_time").column_name
        'dep_time'
    """

    asset_key: AssetKey
    column_name: str

    def __init__(self, asset_key: CoercibleToAssetKey, column_name: str) -> None:
        object.__setattr__(self, "asset_key", AssetKey.from_coercible(asset_key))
        object.__setattr__(self, "column_name", column_name)


@dataclass(frozen=True, init=False)
class TableColumnLineage:
    """Which columns each column of a table is made of.

    Args:
        deps_by_column: column to the columns upstream.

    Example:
        >>> lineage = TableColumnLineage({"delay": [TableColumnDep("flights", "dep_time")]})
        >>> lineage.deps_by_column["delay"][0].asset_key
        AssetKey(['flights'])
    """

    deps_by_column: Mapping[str, Sequence[TableColumnDep]] = field(default_factory=dict)

    def __init__(self, deps_by_column: Mapping[str, Sequence[TableColumnDep]]) -> None:
        for column, deps in deps_by_column.items():
            wrong = [one for one in deps if not isinstance(one, TableColumnDep)]
            if wrong:
                raise InvalidDefinitionError(
                    f"column {column!r} depends on {wrong[0]!r}", hint="give TableColumnDep(...)"
                )
        object.__setattr__(
            self, "deps_by_column", {one: list(dict.fromkeys(deps)) for one, deps in deps_by_column.items()}
        )


def schema_to_json(schema: TableSchema) -> dict[str, Any]:
    """A schema as JSON can hold it."""
    return {"columns": [_column_to_json(one) for one in schema.columns], "constraints": list(schema.constraints.other)}


def schema_from_json(data: Mapping[str, Any]) -> TableSchema:
    """Reads what `schema_to_json` wrote."""
    columns = [_column_from_json(one) for one in data["columns"]]
    return TableSchema(columns, TableConstraints(list(data.get("constraints", ()))))


def lineage_to_json(lineage: TableColumnLineage) -> dict[str, Any]:
    """A lineage as JSON can hold it."""
    return {
        column: [{"asset_key": str(dep.asset_key), "column_name": dep.column_name} for dep in deps]
        for column, deps in lineage.deps_by_column.items()
    }


def lineage_from_json(data: Mapping[str, Any]) -> TableColumnLineage:
    """Reads what `lineage_to_json` wrote."""
    return TableColumnLineage({column: [TableColumnDep(**dep) for dep in deps] for column, deps in data.items()})


def infer_schema(records: Sequence[TableRecord]) -> TableSchema:
    """The schema that rows suggest.

    Raises:
        InvalidDefinitionError: there are no rows.
    """
    if not records:
        raise InvalidDefinitionError("a table without rows has no schema to guess", hint="give it schema=")
    return TableSchema([TableColumn(name, _type_of(value)) for name, value in records[0].data.items()])


def _type_of(value: object) -> str:
    for kind, name in ((bool, "bool"), (int, "int"), (float, "float")):
        if isinstance(value, kind):
            return name
    return "string"


def _column_to_json(column: TableColumn) -> dict[str, Any]:
    limits = column.constraints
    return {
        "name": column.name,
        "type": column.type,
        "description": column.description,
        "nullable": limits.nullable,
        "unique": limits.unique,
        "other": list(limits.other),
        "tags": dict(column.tags),
    }


def _column_from_json(data: Mapping[str, Any]) -> TableColumn:
    limits = TableColumnConstraints(data.get("nullable", True), data.get("unique", False), data.get("other"))
    return TableColumn(data["name"], data.get("type", "string"), data.get("description"), limits, data.get("tags"))
