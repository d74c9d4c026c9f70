// Written by scripts/wire.py from daglab.views.shapes; do not edit.

export type AssetStatus = 'never' | 'fresh' | 'stale' | 'missing' | 'queued' | 'running' | 'failed';

export type RunStatus =
  | 'QUEUED'
  | 'NOT_STARTED'
  | 'STARTING'
  | 'STARTED'
  | 'SUCCESS'
  | 'FAILURE'
  | 'CANCELING'
  | 'CANCELED';

export type Severity = 'WARN' | 'ERROR';

export type FindingSeverity = 'error' | 'warning' | 'info';

export type SelectionMode = 'asset' | 'upstream' | 'downstream' | 'stale' | 'all';

/** A check and its last verdict; `passed` is null where it never ran on this version of the asset. */
export interface CheckView {
  name: string;
  passed: boolean | null;
  severity: Severity;
  blocking: boolean;
  description: string;
  message: string;
  at: string | null;
}

/** An asset as it stands now. `reason` is one sentence, or empty. */
export interface AssetView {
  key: string;
  name: string;
  group: string;
  kinds: string[];
  owners: string[];
  tags: Record<string, string>;
  description: string;
  location: string;
  cell: number | null;
  cell_id: string | null;
  external: boolean;
  status: AssetStatus;
  reason: string;
  run_id: string | null;
  materialized_at: string | null;
  started_at: string | null;
  seconds: number | null;
  rows: number | null;
  bytes: number | null;
  data_version: string | null;
  code_version: string | null;
  error: string | null;
  checks: CheckView[];
}

/** `target` needs `source`; both are asset keys. */
export interface EdgeView {
  source: string;
  target: string;
}

/** Something to tell about a location. */
export interface FindingView {
  severity: FindingSeverity;
  location: string;
  cell: number | null;
  line: number | null;
  message: string;
}

/** A run. `target` is what was asked for. */
export interface RunView {
  id: string;
  job: string;
  status: RunStatus;
  location: string;
  target: string;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  steps_total: number;
  steps_done: number;
  steps_failed: number;
  error: string | null;
  launched_by: string;
}

/** A graph of assets; `runs` are those that are not finished, `cursor` the last event that it knows of. */
export interface GraphView {
  title: string;
  assets: AssetView[];
  edges: EdgeView[];
  findings: FindingView[];
  runs: RunView[];
  cursor: number;
}

/** A whole workspace; `runs` are the latest, newest first. */
export interface WorkspaceView {
  root: string;
  home: string;
  graph: GraphView;
  runs: RunView[];
}

/** A wish from a face; `key` is needed for "asset", "upstream" and "downstream". */
export interface MaterializeRequest {
  selection: SelectionMode;
  key: string | null;
}

/** An error as a face shows it. */
export interface Problem {
  title: string;
  detail: string;
  hint: string;
}
