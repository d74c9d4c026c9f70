"""Metadata: facts about a value, each with a kind that says how it is shown.

The base, which makes them, and the kinds are in one file because each needs the other.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeAlias

from daglab.definitions.asset_key import AssetKey
from daglab.definitions.table_metadata import (
    TableColumnLineage,
    TableRecord,
    TableSchema,
    infer_schema,
    lineage_from_json,
    lineage_to_json,
    schema_from_json,
    schema_to_json,
)
from daglab.errors import InvalidDefinitionError


class MetadataValue:
    """A fact about an asset, a check or an output, with the kind that says how it is shown.

    Build one with the methods here; plain Python values are taken for what they are.

    Example:
        >>> MetadataValue.int(336_776)
        IntMetadataValue(value=336776)
        >>> MetadataValue.of("a note").kind
        'text'
    """

    kind: ClassVar[str]

    if TYPE_CHECKING:

        @property
        def value(self) -> Any:
            """The fact as a plain value; the whole of it where it has several parts."""

    def to_json(self) -> Any:
        """The stored form, which stands beside the kind."""
        return self.value

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Reads the stored form of this kind."""
        return cls(data)  # type: ignore[call-arg]

    @staticmethod
    def text(text: str) -> TextMetadataValue:
        """Text, shown as it is."""
        return TextMetadataValue(_of_type(str, text, "text"))

    @staticmethod
    def md(data: str) -> MarkdownMetadataValue:
        """Markdown."""
        return MarkdownMetadataValue(_of_type(str, data, "md"))

    @staticmethod
    def json(data: Any) -> JsonMetadataValue:
        """Anything that JSON can hold."""
        return JsonMetadataValue(_jsonable(data))

    @staticmethod
    def url(url: str) -> UrlMetadataValue:
        """An address, shown as a link."""
        return UrlMetadataValue(_of_type(str, url, "url"))

    @staticmethod
    def path(path: str | PathLike[str]) -> PathMetadataValue:
        """A file's path."""
        return PathMetadataValue(path)

    @staticmethod
    def notebook(path: str | PathLike[str]) -> NotebookMetadataValue:
        """A notebook's path."""
        return NotebookMetadataValue(path)

    @staticmethod
    def int(value: builtins.int) -> IntMetadataValue:
        """A whole number."""
        return IntMetadataValue(_of_type(builtins.int, value, "int"))

    @staticmethod
    def float(value: builtins.float) -> FloatMetadataValue:
        """A number; nan and the infinities are kept."""
        return FloatMetadataValue(builtins.float(_of_type((builtins.float, builtins.int), value, "float")))

    @staticmethod
    def bool(value: builtins.bool) -> BoolMetadataValue:
        """Yes or no."""
        return BoolMetadataValue(_of_type(builtins.bool, value, "bool"))

    @staticmethod
    def timestamp(value: builtins.float | datetime) -> TimestampMetadataValue:
        """A moment: seconds since 1970 in UTC, or a datetime that is aware of its zone."""
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise InvalidDefinitionError(
                    f"the timestamp {value!r} has no zone", hint="use datetime.now(UTC) or the like"
                )
            return TimestampMetadataValue(value.timestamp())
        return TimestampMetadataValue(builtins.float(_of_type((builtins.float, builtins.int), value, "timestamp")))

    @staticmethod
    def asset(asset_key: AssetKey) -> DagsterAssetMetadataValue:
        """An asset, shown as a link to it."""
        return DagsterAssetMetadataValue(_of_type(AssetKey, asset_key, "asset"))

    @staticmethod
    def job(job_name: str, location_name: str, *, repository_name: str | None = None) -> DagsterJobMetadataValue:
        """A job, shown as a link to it."""
        return DagsterJobMetadataValue(job_name, location_name, repository_name)

    @staticmethod
    def dagster_run(run_id: str) -> DagsterRunMetadataValue:
        """A run, shown as a link to it."""
        return DagsterRunMetadataValue(_of_type(str, run_id, "dagster_run"))

    @staticmethod
    def pool(pool: str) -> PoolMetadataValue:
        """A pool of steps."""
        return PoolMetadataValue(_of_type(str, pool, "pool"))

    @staticmethod
    def python_artifact(python_artifact: Callable[..., Any]) -> PythonArtifactMetadataValue:
        """A function or class, by its module and name."""
        return PythonArtifactMetadataValue(python_artifact.__module__, python_artifact.__name__)

    @staticmethod
    def table(records: Sequence[TableRecord], schema: TableSchema | None = None) -> TableMetadataValue:
        """Some rows; the schema is worked out from the first one where it is not given."""
        return TableMetadataValue(records, schema)

    @staticmethod
    def table_schema(schema: TableSchema) -> TableSchemaMetadataValue:
        """The columns of a table."""
        return TableSchemaMetadataValue(_of_type(TableSchema, schema, "table_schema"))

    @staticmethod
    def column_lineage(lineage: TableColumnLineage) -> TableColumnLineageMetadataValue:
        """Which columns upstream each column is made of."""
        return TableColumnLineageMetadataValue(_of_type(TableColumnLineage, lineage, "column_lineage"))

    @staticmethod
    def null() -> NullMetadataValue:
        """Nothing."""
        return NullMetadataValue()

    @staticmethod
    def of(raw: object) -> MetadataValue:
        """Takes a plain Python value for what it is.

        Raises:
            InvalidDefinitionError: JSON cannot hold it.
        """
        if isinstance(raw, MetadataValue):
            return raw
        for types, make in _MAKER_BY_TYPE:
            if isinstance(raw, types):
                return make(raw)
        if hasattr(raw, "item") and getattr(raw, "shape", None) == ():
            return MetadataValue.of(raw.item())
        return MetadataValue.json(raw)


@dataclass(frozen=True)
class TextMetadataValue(MetadataValue):
    """Text.

    Example:
        >>> TextMetadataValue("a note").value
        'a note'
    """

    kind = "text"
    text: str | None = None  # type: ignore[assignment]  # on an instance the fact hides the method that makes one

    @property
    def value(self) -> str | None:
        """The text."""
        return self.text


@dataclass(frozen=True)
class MarkdownMetadataValue(MetadataValue):
    """Markdown.

    Example:
        >>> MarkdownMetadataValue("*new*").value
        '*new*'
    """

    kind = "md"
    md_str: str | None

    @property
    def value(self) -> str:
        """The Markdown."""
        return self.md_str or ""


@dataclass(frozen=True)
class UrlMetadataValue(MetadataValue):
    """An address.

    Example:
        >>> UrlMetadataValue("https://jupyter.org").value
        'https://jupyter.org'
    """

    kind = "url"
    url: str | None = None  # type: ignore[assignment]

    @property
    def value(self) -> str:
        """The address."""
        return self.url or ""


@dataclass(frozen=True, init=False)
class PathMetadataValue(MetadataValue):
    """A file's path.

    Example:
        >>> PathMetadataValue("data/flights.parquet").value
        'data/flights.parquet'
    """

    kind = "path"
    fspath: str

    def __init__(self, path: str | PathLike[str] | None) -> None:
        if not isinstance(path, (str, PathLike, type(None))):
            raise InvalidDefinitionError(f"{path!r} is no path", hint="give a string or a Path")
        object.__setattr__(self, "fspath", "" if path is None else fspath(path))

    @property
    def value(self) -> str:
        """The path."""
        return self.fspath

    @property
    def path(self) -> str:  # type: ignore[override]
        """The path."""
        return self.fspath


@dataclass(frozen=True, init=False)
class NotebookMetadataValue(PathMetadataValue):
    """A notebook's path.

    Example:
        >>> NotebookMetadataValue("out.ipynb").fspath
        'out.ipynb'
    """

    kind = "notebook"


@dataclass(frozen=True, init=False)
class JsonMetadataValue(MetadataValue):
    """Anything that JSON can hold.

    Example:
        >>> JsonMetadataValue({"rows": 3}).data
        {'rows': 3}
    """

    kind = "json"
    data: Any

    def __init__(self, data: Any) -> None:
        object.__setattr__(self, "data", _jsonable(data))

    @property
    def value(self) -> Any:
        """The data."""
        return self.data


@dataclass(frozen=True)
class IntMetadataValue(MetadataValue):
    """A whole number.

    Example:
        >>> IntMetadataValue(3).value
        3
    """

    kind = "int"
    value: int | None


@dataclass(frozen=True)
class FloatMetadataValue(MetadataValue):
    """A number.

    Example:
        >>> FloatMetadataValue(0.5).value
        0.5
    """

    kind = "float"
    value: float | None

    def to_json(self) -> Any:
        """The number; as text where JSON lacks it."""
        return _finite(self.value)

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Reads either."""
        return cls(float(data))


@dataclass(frozen=True)
class BoolMetadataValue(MetadataValue):
    """Yes or no.

    Example:
        >>> BoolMetadataValue(True).value
        True
    """

    kind = "bool"
    value: bool | None


@dataclass(frozen=True)
class TimestampMetadataValue(MetadataValue):
    """A moment, as seconds since 1970 in UTC.

    Example:
        >>> TimestampMetadataValue(0.0).to_json()
        '1970-01-01T00:00:00+00:00'
    """

    kind = "timestamp"
    value: float

    def to_json(self) -> str:
        """The moment as ISO 8601, in UTC."""
        return datetime.fromtimestamp(self.value, UTC).isoformat()

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Reads ISO 8601 in any zone."""
        return cls(datetime.fromisoformat(data).timestamp() if isinstance(data, str) else float(data))


@dataclass(frozen=True)
class NullMetadataValue(MetadataValue):
    """Nothing.

    Example:
        >>> NullMetadataValue().value is None
        True
    """

    kind = "null"

    @property
    def value(self) -> None:
        """None."""
        return None

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """There is nothing to read."""
        return cls()


@dataclass(frozen=True)
class DagsterAssetMetadataValue(MetadataValue):
    """An asset.

    Example:
        >>> DagsterAssetMetadataValue(AssetKey("flights")).value
        AssetKey(['flights'])
    """

    kind = "asset"
    asset_key: AssetKey

    @property
    def value(self) -> AssetKey:
        """Its key."""
        return self.asset_key

    def to_json(self) -> str:
        """Its key as text."""
        return str(self.asset_key)

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Reads its key."""
        return cls(AssetKey.from_user_string(data))


@dataclass(frozen=True)
class DagsterJobMetadataValue(MetadataValue):
    """A job of a code location.

    Example:
        >>> DagsterJobMetadataValue("nightly", "flights.ipynb").job_name
        'nightly'
    """

    kind = "job"
    job_name: str
    location_name: str
    repository_name: str | None = None

    @property
    def value(self) -> Self:
        """The whole of it."""
        return self

    def to_json(self) -> dict[str, Any]:
        """Its names."""
        return {
            "job_name": self.job_name,
            "location_name": self.location_name,
            "repository_name": self.repository_name,
        }

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Reads its names."""
        return cls(**data)


@dataclass(frozen=True)
class DagsterRunMetadataValue(MetadataValue):
    """A run.

    Example:
        >>> DagsterRunMetadataValue("3f1a").value
        '3f1a'
    """

    kind = "run"
    run_id: str

    @property
    def value(self) -> str:
        """Its id."""
        return self.run_id


@dataclass(frozen=True, init=False)
class PoolMetadataValue(MetadataValue):
    """A pool of steps.

    Example:
        >>> PoolMetadataValue("database").name
        'database'
    """

    kind = "pool"
    name: str

    def __init__(self, pool: str) -> None:
        object.__setattr__(self, "name", pool)

    @property
    def value(self) -> str:
        """Its name."""
        return self.name


@dataclass(frozen=True)
class PythonArtifactMetadataValue(MetadataValue):
    """A function or class.

    Example:
        >>> PythonArtifactMetadataValue("pandas", "DataFrame").name
        'DataFrame'
    """

    kind = "python_artifact"
    module: str
    name: str

    @property
    def value(self) -> Self:
        """The whole of it."""
        return self

    def to_json(self) -> dict[str, str]:
        """Module and name."""
        return {"module": self.module, "name": self.name}

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Reads module and name."""
        return cls(**data)


@dataclass(frozen=True, init=False)
class TableMetadataValue(MetadataValue):
    """Some rows of a table.

    Args:
        records: the rows.
        schema: the columns; worked out from the first row by default.

    Example:
        >>> TableMetadataValue([TableRecord({"carrier": "UA"})], None).schema.columns[0].name
        'carrier'
    """

    kind = "table"
    records: Sequence[TableRecord]
    schema: TableSchema

    def __init__(self, records: Sequence[TableRecord], schema: TableSchema | None = None) -> None:
        wrong = [one for one in records if not isinstance(one, TableRecord)]
        if wrong:
            raise InvalidDefinitionError(f"{wrong[0]!r} is no row", hint="give TableRecord({column: value})")
        if len({frozenset(one.data) for one in records}) > 1:
            raise InvalidDefinitionError("the rows have different columns", hint="give None where a row has no value")
        object.__setattr__(self, "records", list(records))
        object.__setattr__(self, "schema", schema or infer_schema(records))

    @property
    def value(self) -> Self:
        """The whole of it."""
        return self

    def to_json(self) -> dict[str, Any]:
        """Rows and columns."""
        rows = [{name: _finite(cell) for name, cell in one.data.items()} for one in self.records]
        return {"records": rows, "schema": schema_to_json(self.schema)}

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Reads rows and columns."""
        return cls([TableRecord(one) for one in data["records"]], schema_from_json(data["schema"]))


@dataclass(frozen=True)
class TableSchemaMetadataValue(MetadataValue):
    """The columns of a table.

    Example:
        >>> TableSchemaMetadataValue(TableSchema([])).schema.columns
        []
    """

    kind = "table_schema"
    schema: TableSchema

    @property
    def value(self) -> TableSchema:
        """The schema."""
        return self.schema

    def to_json(self) -> dict[str, Any]:
        """The schema as JSON."""
        return schema_to_json(self.schema)

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Reads a schema."""
        return cls(schema_from_json(data))


@dataclass(frozen=True, init=False)
class TableColumnLineageMetadataValue(MetadataValue):
    """Which columns upstream each column is made of.

    Example:
        >>> TableColumnLineageMetadataValue(TableColumnLineage({})).lineage.deps_by_column
        {}
    """

    kind = "column_lineage"
    lineage: TableColumnLineage

    def __init__(self, column_lineage: TableColumnLineage) -> None:
        object.__setattr__(self, "lineage", column_lineage)

    @property
    def value(self) -> TableColumnLineage:
        """The lineage."""
        return self.lineage

    def to_json(self) -> dict[str, Any]:
        """The lineage as JSON."""
        return lineage_to_json(self.lineage)

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Reads a lineage."""
        return cls(lineage_from_json(data))


# In this order: a bool is an int, too.
_MAKER_BY_TYPE: tuple[tuple[type, Callable[[Any], MetadataValue]], ...] = (
    (type(None), lambda _: NullMetadataValue()),
    (bool, BoolMetadataValue),
    (int, IntMetadataValue),
    (float, FloatMetadataValue),
    (str, TextMetadataValue),
    (PathLike, PathMetadataValue),
    (datetime, MetadataValue.timestamp),
    (AssetKey, DagsterAssetMetadataValue),
    (TableSchema, TableSchemaMetadataValue),
    (TableColumnLineage, TableColumnLineageMetadataValue),
)
_KINDS: list[type[MetadataValue]] = [*MetadataValue.__subclasses__(), NotebookMetadataValue]
_CLASS_BY_KIND = {one.kind: one for one in _KINDS}

Metadata: TypeAlias = Mapping[str, MetadataValue]
RawMetadata: TypeAlias = Mapping[str, Any]


def normalize_metadata(raw: RawMetadata | None, *, allow_invalid: bool = False) -> dict[str, MetadataValue]:
    """Turns plain values into metadata values; names every entry that cannot be one.

    Args:
        raw: name to value.
        allow_invalid: entries that cannot be kept are told as text instead.
    """
    found: dict[str, MetadataValue] = {}
    problems = []
    for name, value in _checked_mapping(raw).items():
        try:
            found[str(name)] = MetadataValue.of(value)
        except InvalidDefinitionError as error:
            problems.append(f"{name!r}: {error.message}")
            found[str(name)] = TextMetadataValue(f"[{type(value).__name__}] (unserializable)")
    if problems and not allow_invalid:
        raise InvalidDefinitionError(
            "metadata that cannot be kept: " + "; ".join(problems), hint="use MetadataValue.text(...)"
        )
    return found


def _checked_mapping(raw: object) -> Mapping[str, Any]:
    if raw is not None and not isinstance(raw, Mapping):
        raise InvalidDefinitionError(f"metadata is {raw!r}", hint="give a dictionary, name to value")
    return raw or {}


def metadata_to_json(metadata: Metadata) -> dict[str, list[Any]]:
    """The stored form, name -> [kind, value]; numbers that JSON lacks are written as text."""
    return {name: [entry.kind, entry.to_json()] for name, entry in metadata.items()}


def metadata_from_json(data: Mapping[str, Any]) -> dict[str, MetadataValue]:
    """Reads what `metadata_to_json` wrote; a kind that only later versions know is read as JSON."""
    return {name: _CLASS_BY_KIND.get(kind, JsonMetadataValue).from_json(value) for name, (kind, value) in data.items()}


def _of_type(types: type | tuple[type, ...], value: Any, method: str) -> Any:
    if not isinstance(value, types):
        names = " or ".join(one.__name__ for one in (types if isinstance(types, tuple) else (types,)))
        raise InvalidDefinitionError(f"MetadataValue.{method} was given {value!r}", hint=f"give {names}")
    return value


def _finite(value: Any) -> Any:
    return repr(value) if isinstance(value, float) and not math.isfinite(value) else value


def _jsonable(data: object) -> Any:
    if isinstance(data, Mapping):
        return {str(key): _jsonable(value) for key, value in data.items()}
    if isinstance(data, (list, tuple, set, frozenset)):
        return [_jsonable(value) for value in data]
    if data is None or isinstance(data, (str, bool, int)):
        return data
    if isinstance(data, float):
        return _finite(data)
    if hasattr(data, "item") and getattr(data, "shape", None) == ():
        return _jsonable(data.item())
    raise InvalidDefinitionError(f"a value of type {type(data).__name__} has no JSON form")
