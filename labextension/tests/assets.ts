import { AssetView, EdgeView, GraphView, RunView } from '../src/wire/views';

/** An asset that is fresh, with what differs. */
export function asset(key: string, differing: Partial<AssetView> = {}): AssetView {
  return {
    key,
    name: key.split('/').at(-1)!,
    group: 'default',
    kinds: [],
    owners: [],
    tags: {},
    description: '',
    location: 'flights.ipynb',
    cell: 1,
    cell_id: null,
    external: false,
    status: 'fresh',
    reason: '',
    run_id: null,
    materialized_at: '2026-01-01T00:00:00Z',
    started_at: null,
    seconds: null,
    rows: null,
    bytes: null,
    data_version: null,
    code_version: null,
    error: null,
    checks: [],
    ...differing
  };
}

/** A graph; edges are written "a>b". */
export function graph(
  assets: AssetView[],
  edges: string[] = [],
  differing: Partial<GraphView> = {}
): GraphView {
  const pair = (edge: string): EdgeView => {
    const [source, target] = edge.split('>');
    return { source, target };
  };
  return {
    title: 'flights.ipynb',
    assets,
    edges: edges.map(pair),
    findings: [],
    runs: [],
    cursor: 1,
    ...differing
  };
}

/** A run that is at work, with what differs. */
export function run(id: string, differing: Partial<RunView> = {}): RunView {
  return {
    id,
    job: 'assets',
    status: 'STARTED',
    location: 'flights.ipynb',
    target: 'all',
    created_at: '2026-01-01T00:00:00Z',
    started_at: '2026-01-01T00:00:01Z',
    ended_at: null,
    steps_total: 4,
    steps_done: 1,
    steps_failed: 0,
    error: null,
    launched_by: 'widget',
    ...differing
  };
}
