"""Schemas of pandera as types: a frame is validated as a whole, and every check that fails is told.

pandera is never imported here: whoever has a schema has imported it.
"""

from __future__ import annotations

import sys
import typing
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from daglab.definitions.metadata import Metadata, MetadataValue, normalize_metadata
from daglab.definitions.table_metadata import TableColumn, TableColumnConstraints, TableSchema
from daglab.definitions.types.data_type import DataType
from daglab.definitions.types.mismatch import Mismatch, short_repr
from daglab.definitions.types.python_object_type import InstanceType
from daglab.definitions.types.structural_type import StructuralType
from daglab.foundation.text import format_count, plural

_MOST_CHECKS = 20
_MOST_EXAMPLES = 5
_WHOLE_FRAME = {
    "column_in_dataframe": "columns that are missing",
    "column_in_schema": "columns that the schema does not have",
    "column_ordered": "columns out of order",
}


def as_pandera_type(raw: Any) -> DataType | None:
    """The type of a pandera model, schema or annotation (`pandera.typing.DataFrame[Model]`); None for all else."""
    if "pandera" not in sys.modules:
        return None
    if isinstance(raw, type) and _comes_from(raw, "pandera.api.") and hasattr(raw, "to_schema"):
        return PanderaType(raw, f"{raw.__module__}.{raw.__qualname__}")
    if _comes_from(type(raw), "pandera.api.") and hasattr(raw, "validate"):
        return PanderaType(raw, f"{raw.name or type(raw).__name__}@{id(raw):x}")
    origin = typing.get_origin(raw)
    if not isinstance(origin, type) or not origin.__module__.startswith("pandera.typing"):
        return None
    frame_class = next(one for one in origin.__mro__ if not one.__module__.startswith(("pandera", "typing")))
    model = typing.get_args(raw)[0]
    if not hasattr(model, "to_schema"):
        return InstanceType(frame_class, f"Pandera[{raw}]")
    name = f"{origin.__name__}[{model.__module__}.{model.__qualname__}]"
    return PanderaType(model, name, frame_class=frame_class)


class PanderaType(StructuralType):
    """Frames that a pandera schema accepts.

    Args:
        schema: a schema, or a model.
        name: tells it from others.
        frame_class: the only class of frames that it takes; by default all that the schema can validate.
    """

    def __init__(self, schema: Any, name: str, *, frame_class: type = object) -> None:
        self._given = schema
        self._frame_class = frame_class
        super().__init__(f"Pandera[{name}]", typing_type=Any if frame_class is object else frame_class)

    @cached_property
    def schema(self) -> Any:
        """The schema; that of a model is made when it is first needed."""
        return self._given.to_schema() if hasattr(self._given, "to_schema") else self._given

    @property
    def display_name(self) -> str:
        """The name of the model, or of the schema."""
        return str(getattr(self._given, "__name__", None) or self.schema.name or type(self.schema).__name__)

    @property
    def description(self) -> str | None:
        """What the schema says about itself."""
        text = self.schema.description or self.schema.title
        return str(text) if text else None

    @cached_property
    def metadata(self) -> Metadata:
        """Its columns."""
        columns = [_to_table_column(name, column) for name, column in getattr(self.schema, "columns", {}).items()]
        return {"schema": MetadataValue.table_schema(TableSchema(columns))} if columns else {}

    def find_mismatch(self, context: Any, value: object) -> Mismatch | None:
        """Lists every check that fails, with how many values and the first of them."""
        if not isinstance(value, self._frame_class):
            return self._no_frame(value)
        errors = sys.modules["pandera.errors"]
        try:
            self.schema.validate(value, lazy=True)
        except errors.SchemaErrors as error:
            return _tell(self.display_name, list(_group(error.failure_cases)))
        except errors.SchemaError as error:  # of backends that stop at the first problem
            return Mismatch(description=f"{self.display_name}: {error}")
        except Exception:  # pandera's way to say that it does not know the class; anything else is the user's check
            if _comes_from(type(value), f"{type(self.schema).__module__.split('.')[2]}."):
                raise
            return self._no_frame(value)
        return None

    def _no_frame(self, value: object) -> Mismatch:
        library = type(self.schema).__module__.split(".")[2]
        frame = "frame" if self._frame_class is object else self._frame_class.__name__
        return Mismatch.of(f"{library} {frame} that fits {self.display_name}", value)


@dataclass
class _FailedCheck:
    column: str | None
    check: str
    count: int = 0
    examples: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        shown = ", ".join(self.examples) + (", …" if self.count > len(self.examples) else "")
        if self.check in _WHOLE_FRAME:
            return f"{_WHOLE_FRAME[self.check]}: {shown}"
        subject = "" if self.column is None else f"column {self.column!r}, "
        return f"{subject}{self.check}: {plural(self.count, 'failure')}, {shown}"


def _group(failure_cases: Any) -> Iterator[_FailedCheck]:
    """By column and check, in the order in which they come."""
    exact = not type(failure_cases).__module__.startswith("polars")  # there every value comes as text
    columns = [failure_cases[name].to_list() for name in ("schema_context", "column", "check", "failure_case", "index")]
    found: dict[tuple[object, object], _FailedCheck] = {}
    for level, column, check, value, index in zip(*columns, strict=True):
        failed = found.get((column, check))
        if failed is None:
            own = str(column) if level == "Column" and column is not None else None
            failed = found[column, check] = _FailedCheck(own, str(check))
        failed.count += 1
        if len(failed.examples) < _MOST_EXAMPLES:
            failed.examples.append(_show(value, index, exact=exact and check not in _WHOLE_FRAME))
    yield from found.values()


def _show(value: object, index: object, *, exact: bool) -> str:
    text = short_repr(value) if exact or not isinstance(value, str) else value[:80]
    return text if index is None else f"{text} (row {index})"


def _tell(name: str, failed: list[_FailedCheck]) -> Mismatch:
    lines = [f"- {one}" for one in failed[:_MOST_CHECKS]]
    if len(failed) > _MOST_CHECKS:
        lines.append(f"- and {format_count(len(failed) - _MOST_CHECKS)} more")
    description = f"{name}: {plural(len(failed), 'check')} failed\n" + "\n".join(lines)
    cases = [
        {"column": one.column, "check": one.check, "count": one.count, "examples": one.examples}
        for one in failed[:_MOST_CHECKS]
    ]
    facts = {"failed_checks": len(failed), "failed_values": sum(one.count for one in failed), "failures": cases}
    return Mismatch(description=description, metadata=normalize_metadata(facts))


def _to_table_column(name: object, column: Any) -> TableColumn:
    checks = [str(check.error or check.name or check) for check in column.checks]
    return TableColumn(
        str(name),
        type=str(column.dtype) if column.dtype is not None else "any",
        description=column.description,
        constraints=TableColumnConstraints(nullable=bool(column.nullable), unique=bool(column.unique), other=checks),
    )


def _comes_from(python_type: type, prefix: str) -> bool:
    return any(f"{one.__module__}.".startswith(prefix) for one in python_type.__mro__)
