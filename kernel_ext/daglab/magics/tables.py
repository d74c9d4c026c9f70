"""Small tables and texts that the magics show."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from daglab.foundation.clock import SystemClock
from daglab.foundation.text import format_age, format_bytes, format_count, format_duration, plural
from daglab.foundation.version import __version__
from daglab.magics.session import KernelSession
from daglab.orchestration.runs import judge
from daglab.records.assets import Materialization
from daglab.records.runs import Run

_TABLE = (
    "font-family:var(--jp-ui-font-family,sans-serif);font-size:var(--jp-ui-font-size1,13px);border-collapse:collapse"
)
_CELL = "padding:2px 12px 2px 0;border:0;text-align:{};font-variant-numeric:tabular-nums"
_HELP = """\
%%asset, %%check   make a cell an asset, or a check of one (%%asset? says how)
%%op, %%sensor     make a cell an op of jobs in Python, or a sensor
%materialize       make assets in a clean process
%load_asset        stored values into variables
%schedule          when assets are to be made
%dag               the live graph
%runs              the last runs"""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows under a head; columns named in `right` are set flush right."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        """The table as aligned text."""
        widths = [max(map(len, column)) for column in zip(self.head, *self.rows, strict=True)]
        return "\n".join(self._text_row(row, widths) for row in (self.head, *self.rows))

    def _text_row(self, row: Sequence[str], widths: Sequence[int]) -> str:
        cells = (
            text.rjust(width) if name in self.right else text.ljust(width)
            for name, text, width in zip(self.head, row, widths, strict=True)
        )
        return "  ".join(cells).rstrip()

    @property
    def markup(self) -> str:
        """The table as HTML in the colours of the front end."""
        head = "".join(self._cell("th", name, name) for name in self.head)
        body = "".join(
            f"<tr>{''.join(self._cell('td', name, text) for name, text in zip(self.head, row, strict=True))}</tr>"
            for row in self.rows
        )
        return f'<table style="{_TABLE}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'

    def _cell(self, tag: str, column: str, text: str) -> str:
        style = _CELL.format("right" if column in self.right else "left")
        return f'<{tag} style="{style}">{html.escape(text)}</{tag}>'

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": self.text, "text/html": self.markup}


def made_table(made: Iterable[Materialization]) -> Table:
    """What a run has made."""
    return Table(
        head=("asset", "rows", "time", "size", "version"),
        rows=[
            (
                one.asset_key,
                format_count(one.stored.rows) if one.stored and one.stored.rows is not None else "",
                format_duration(one.seconds) if one.seconds is not None else "",
                format_bytes(one.stored.size) if one.stored and one.stored.size is not None else "",
                one.data_version[:8],
            )
            for one in made
        ],
        right=frozenset({"rows", "time", "size"}),
    )


def runs_table(runs: Iterable[Run]) -> Table:
    """Runs, in the order given."""
    now = SystemClock().now()
    return Table(
        head=("run", "status", "of", "by", "steps", "time", "began"),
        rows=[
            (
                run.run_id[:13],
                run.status.value.lower(),
                run.target,
                run.launched_by,
                f"{run.steps_done}/{run.steps_total}" + (f", {run.steps_failed} failed" if run.steps_failed else ""),
                format_duration((run.ended_at - run.started_at).total_seconds())
                if run.ended_at and run.started_at
                else "",
                format_age(run.created_at, now),
            )
            for run in runs
        ],
        right=frozenset({"steps", "time"}),
    )


def status_text(session: KernelSession) -> str:
    """Where things are, what there is, and which magics there are."""
    workspace, home = session.workspace(), session.instance.home
    counts = Counter(verdict.freshness.value for verdict in judge(session.instance, workspace).values())
    assets = plural(len(workspace.graph.nodes), "asset")
    states = ", ".join(f"{count} {name}" for name, count in counts.most_common())
    lines = [
        f"daglab {__version__}",
        f"notebook  {session.path or 'not known to the kernel; what was run in it counts'}",
        f"home      {home.path}",
        f"declared  {assets}" + (f" ({states})" if states else ""),
        *(f"          {finding}" for finding in workspace.errors),
        "",
        _HELP,
    ]
    return "\n".join(lines)
