"""What every face shows: the widget, the panel, the command line. TypeScript's types are generated from these.

Moments are ISO 8601 in UTC, durations are seconds, sizes are bytes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

AssetStatus = Literal["never", "fresh", "stale", "missing", "queued", "running", "failed"]
RunStatus = Literal["QUEUED", "NOT_STARTED", "STARTING", "STARTED", "SUCCESS", "FAILURE", "CANCELING", "CANCELED"]
Severity = Literal["WARN", "ERROR"]
FindingSeverity = Literal["error", "warning", "info"]
SelectionMode = Literal["asset", "upstream", "downstream", "stale", "all"]


@dataclass(frozen=True, kw_only=True)
class CheckView:
    """A check and its last verdict; `passed` is null where it never ran on this version of the asset."""

    name: str
    passed: bool | None
    severity: Severity
    blocking: bool
    description: str
    message: str
    at: str | None


@dataclass(frozen=True, kw_only=True)
class AssetView:
    """An asset as it stands now. `reason` is one sentence, or empty."""

    key: str
    name: str
    group: str
    kinds: list[str]
    owners: list[str]
    tags: dict[str, str]
    description: str
    location: str
    cell: int | None
    cell_id: str | None
    external: bool
    status: AssetStatus
    reason: str
    run_id: str | None
    materialized_at: str | None
    started_at: str | None
    seconds: float | None
    rows: int | None
    bytes: int | None
    data_version: str | None
    code_version: str | None
    error: str | None
    checks: list[CheckView] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class EdgeView:
    """`target` needs `source`; both are asset keys."""

    source: str
    target: str


@dataclass(frozen=True, kw_only=True)
class FindingView:
    """Something to tell about a location."""

    severity: FindingSeverity
    location: str
    cell: int | None
    line: int | None
    message: str


@dataclass(frozen=True, kw_only=True)
class RunView:
    """A run. `target` is what was asked for."""

    id: str
    job: str
    status: RunStatus
    location: str
    target: str
    created_at: str
    started_at: str | None
    ended_at: str | None
    steps_total: int
    steps_done: int
    steps_failed: int
    error: str | None
    launched_by: str


@dataclass(frozen=True, kw_only=True)
class GraphView:
    """A graph of assets; `runs` are those that are not finished, `cursor` the last event that it knows of."""

    title: str
    assets: list[AssetView]
    edges: list[EdgeView]
    findings: list[FindingView]
    runs: list[RunView]
    cursor: int


@dataclass(frozen=True, kw_only=True)
class WorkspaceView:
    """A whole workspace; `runs` are the latest, newest first."""

    root: str
    home: str
    graph: GraphView
    runs: list[RunView]


@dataclass(frozen=True, kw_only=True)
class MaterializeRequest:
    """A wish from a face; `key` is needed for "asset", "upstream" and "downstream"."""

    selection: SelectionMode
    key: str | None


@dataclass(frozen=True, kw_only=True)
class Problem:
    """An error as a face shows it."""

    title: str
    detail: str
    hint: str


def to_wire(view: object) -> Any:
    """A view as plain dictionaries and lists."""
    return asdict(view)  # type: ignore[call-overload]
