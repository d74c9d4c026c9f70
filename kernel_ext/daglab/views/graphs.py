"""Graphs as the faces show them."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from daglab.orchestration.instance import Instance
from daglab.orchestration.locations import LoadedWorkspace, LocatedFinding, Refused
from daglab.orchestration.recovery import end_lost_runs
from daglab.orchestration.runs import judge
from daglab.planning.graph import AssetNode, CheckNode
from daglab.planning.staleness import NEVER, Verdict
from daglab.records.assets import AssetActivity, AssetState
from daglab.records.runs import Run
from daglab.views.runs import moment, run_view
from daglab.views.shapes import (
    AssetStatus,
    AssetView,
    CheckView,
    EdgeView,
    FindingView,
    GraphView,
    WorkspaceView,
)

_BUSY: Mapping[AssetActivity, AssetStatus] = {
    AssetActivity.PLANNED: "queued",
    AssetActivity.RUNNING: "running",
    AssetActivity.FAILED: "failed",
}


_REASONS: Mapping[AssetActivity, str] = {
    AssetActivity.PLANNED: "It waits for its turn.",
    AssetActivity.RUNNING: "It is being made.",
    AssetActivity.FAILED: "The last attempt to make it failed.",
}

_BARE: dict[str, Any] = {
    "group": "default",
    "kinds": [],
    "owners": [],
    "tags": {},
    "description": "",
    "location": "",
    "cell": None,
    "cell_id": None,
    "started_at": None,
    "code_version": None,
    "error": None,
}


def graph_view(instance: Instance, workspace: LoadedWorkspace, *, title: str) -> GraphView:
    """The graph of a workspace as it stands now."""
    end_lost_runs(instance)
    cursor = instance.store.last_event_id()
    graph = workspace.graph
    keys = [*graph.nodes, *graph.external_keys]
    states = instance.asset_states(keys)
    verdicts = judge(instance, workspace)
    assets = [
        asset_view(
            graph.nodes[key],
            graph.checks.get(key, ()),
            states.get(key),
            verdicts[key],
            graph.code_versions[key],
        )
        for key in graph.nodes
    ]
    assets += [
        _external_view(key, states.get(key), verdicts[key])
        for key in graph.external_keys
        if key not in workspace.refused
    ]
    assets += [_refused_view(refused) for refused in workspace.refused.values()]
    edges = [EdgeView(source=parent, target=key) for key, node in graph.nodes.items() for parent in node.parents]
    findings = [finding_view(one) for one in workspace.findings]
    unfinished = [run_view(run) for run in instance.store.unfinished_runs()]
    return GraphView(title=title, assets=assets, edges=edges, findings=findings, runs=unfinished, cursor=cursor)


def workspace_view(instance: Instance, workspace: LoadedWorkspace, *, runs: int = 20) -> WorkspaceView:
    """A whole workspace as it stands now."""
    graph = graph_view(instance, workspace, title=instance.home.root.name)
    latest: list[Run] = instance.store.runs(limit=runs)
    return WorkspaceView(
        root=str(instance.home.root),
        home=str(instance.home.path),
        graph=graph,
        runs=[run_view(run) for run in latest],
    )


def asset_view(
    node: AssetNode,
    checks: Sequence[CheckNode],
    state: AssetState | None,
    verdict: Verdict,
    code_version: str,
) -> AssetView:
    """One asset that is defined here."""
    spec, origin = node.spec, node.definition.origin
    latest = state.latest if state else None
    activity = state.activity if state else AssetActivity.NONE
    failure = state.failure if state and activity is AssetActivity.FAILED else None
    # What failed with an older value that is as the code would make it again is still fresh.
    shown = AssetActivity.NONE if failure and verdict.is_fresh else activity
    status: AssetStatus = _BUSY.get(shown) or verdict.freshness.value
    reason = verdict.reason if activity is AssetActivity.NONE else _REASONS[activity]
    return AssetView(
        key=node.key,
        name=spec.key.path[-1],
        group=spec.group,
        kinds=sorted(spec.kinds),
        owners=list(spec.owners),
        tags=spec.plain_tags,
        description=inspect.cleandoc(spec.description or ""),
        location=origin.location if origin else "",
        cell=origin.cell if origin else None,
        cell_id=origin.cell_id if origin else None,
        external=False,
        status=status,
        reason=reason,
        run_id=(state.activity_run_id if state else None) or (latest.run_id if latest else None),
        materialized_at=moment(latest.at) if latest else None,
        started_at=moment(state.activity_at) if state and activity is AssetActivity.RUNNING else None,
        seconds=latest.seconds if latest else None,
        rows=latest.stored.rows if latest and latest.stored else None,
        bytes=latest.stored.size if latest and latest.stored else None,
        data_version=latest.data_version if latest else None,
        code_version=code_version,
        error=failure.headline if failure else None,
        checks=[_check_view(check, state) for check in checks],
    )


def _check_view(check: CheckNode, state: AssetState | None) -> CheckView:
    last = state.checks.get(check.name) if state else None
    latest = state.latest if state else None
    current = last is not None and latest is not None and last.data_version == latest.data_version
    return CheckView(
        name=check.name,
        passed=last.passed if last and current else None,
        severity=last.severity.value if last else "ERROR",
        blocking=check.blocking,
        description=inspect.cleandoc(check.description),
        message=last.message if last and current else "",
        at=moment(last.at) if last else None,
    )


def _external_view(key: str, state: AssetState | None, verdict: Verdict) -> AssetView:
    """An asset that is read here and defined elsewhere, or nowhere."""
    latest = state.latest if state else None
    reason = "It is defined nowhere in this workspace, and was never materialized." if verdict is NEVER else ""
    return AssetView(
        **_BARE,
        key=key,
        name=key.rpartition("/")[2],
        external=True,
        status=verdict.freshness.value,
        reason=reason or verdict.reason,
        run_id=latest.run_id if latest else None,
        materialized_at=moment(latest.at) if latest else None,
        seconds=latest.seconds if latest else None,
        rows=latest.stored.rows if latest and latest.stored else None,
        bytes=latest.stored.size if latest and latest.stored else None,
        data_version=latest.data_version if latest else None,
    )


def _refused_view(refused: Refused) -> AssetView:
    """An asset that is declared and cannot be used."""
    return AssetView(
        **{
            **_BARE,
            "location": refused.location,
            "cell": refused.cell,
            "cell_id": refused.cell_id,
            "error": refused.message,
        },
        key=refused.key,
        name=refused.key.rpartition("/")[2],
        external=False,
        status="failed",
        reason="Its cell cannot be used.",
        run_id=None,
        materialized_at=None,
        seconds=None,
        rows=None,
        bytes=None,
        data_version=None,
    )


def finding_view(one: LocatedFinding) -> FindingView:
    """One finding."""
    return FindingView(severity=one.severity, location=one.location, cell=one.cell, line=one.line, message=one.message)
