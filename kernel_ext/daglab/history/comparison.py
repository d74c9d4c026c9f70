"""Two materializations of one asset, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from daglab.definitions.metadata import MetadataValue, metadata_to_json
from daglab.foundation.text import format_bytes, format_count, format_duration
from daglab.io_managers.value_difference import ValueDifference
from daglab.records.assets import Materialization

_SHOWN_KINDS = ("text", "int", "float", "bool", "url", "path", "timestamp")
_LONGEST = 40


@dataclass(frozen=True, kw_only=True, repr=False)
class Comparison:
    """Two materializations of one asset, side by side; shows itself as a table in a notebook.

    Args:
        before: the first one.
        after: the second one.
        difference: what differs between their values; None where these could not be compared.
        remark: why not.
    """

    before: Materialization
    after: Materialization
    difference: ValueDifference | None = None
    remark: str = ""

    @property
    def asset_key(self) -> str:
        """The asset."""
        return self.after.asset_key

    @property
    def is_same(self) -> bool:
        """Whether both have the same data version."""
        return self.before.data_version == self.after.data_version

    @property
    def facts(self) -> list[tuple[str, str, str]]:
        """What is known of both: what it is, of the first one, of the second one; as text."""
        told = [
            (name, text(self.before), text(self.after))
            for name, text in (
                ("made", lambda one: one.at.isoformat(" ", "seconds")),
                ("by run", lambda one: one.run_id[:13]),
                ("partition", lambda one: one.partition),
                ("rows", lambda one: _optional(one.stored and one.stored.rows, format_count)),
                ("size", lambda one: _optional(one.stored and one.stored.size, format_bytes)),
                ("took", lambda one: _optional(one.seconds, format_duration)),
                ("data version", lambda one: one.data_version),
                ("code version", lambda one: one.code_version),
            )
        ]
        told += self._of_inputs()
        told += self._of_metadata()
        return [each for each in told if each[1] or each[2]]

    def _of_inputs(self) -> list[tuple[str, str, str]]:
        was, now = self.before.input_versions, self.after.input_versions
        return [(f"made from {key}", was.get(key, ""), now.get(key, "")) for key in {**was, **now}]

    def _of_metadata(self) -> list[tuple[str, str, str]]:
        was, now = self.before.metadata, self.after.metadata
        pairs = [(name, was.get(name), now.get(name)) for name in {**was, **now}]
        return [
            (name, _entry(one), _entry(other))
            for name, one, other in pairs
            if any(entry is not None and entry.kind in _SHOWN_KINDS for entry in (one, other))
        ]

    def sentences(self) -> Iterator[str]:
        """What came of the comparison of the values."""
        if self.is_same:
            yield "The values are the same."
        elif self.difference is None:
            yield f"The values were not compared: {self.remark}"
        elif not self.difference:
            yield "The values are equal; only the way they are stored differs."
        else:
            for line in self.difference.lines():
                yield f"{line[0].upper()}{line[1:]}."

    def to_json(self) -> dict[str, Any]:
        """A form that JSON can hold."""
        return {
            "asset": self.asset_key,
            "same": self.is_same,
            "before": _side(self.before),
            "after": _side(self.after),
            "difference": self.difference.to_json() if self.difference is not None else None,
            "remark": self.remark or None,
        }

    def __repr__(self) -> str:
        rows = [("", "before", "after"), *((name, _cut(one), _cut(other)) for name, one, other in self.facts)]
        widths = [max(len(row[place]) for row in rows) for place in range(3)]
        lines = [
            f"{'  ' if one == other or number == 0 else '* '}{name:{widths[0]}}  {one:{widths[1]}}  {other}".rstrip()
            for number, (name, one, other) in enumerate(rows)
        ]
        return "\n".join([self.asset_key, *lines, *self.sentences()])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th style='text-align:left'>{escape(name)}</th>"
            + "".join(f"<td style='text-align:left'>{_bold(text, one != other)}</td>" for text in (one, other))
            + "</tr>"
            for name, one, other in self.facts
        )
        said = "".join(f"<div>{escape(line)}</div>" for line in self.sentences())
        head = f"<tr><th>{escape(self.asset_key)}</th><th>before</th><th>after</th></tr>"
        return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>{said}"


def _bold(text: str, differs: bool) -> str:
    shown = escape(text)
    return f"<b>{shown}</b>" if differs and text else shown


def _side(made: Materialization) -> dict[str, Any]:
    return {
        "at": made.at.isoformat(),
        "run_id": made.run_id,
        "partition": made.partition,
        "rows": made.stored.rows if made.stored else None,
        "bytes": made.stored.size if made.stored else None,
        "seconds": made.seconds,
        "data_version": made.data_version,
        "code_version": made.code_version,
        "input_versions": dict(made.input_versions),
        "metadata": metadata_to_json(made.metadata),
    }


def _optional(value: Any, form: Any) -> str:
    return "" if value is None else str(form(value))


def _entry(entry: MetadataValue | None) -> str:
    return "" if entry is None else str(entry.value)


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
