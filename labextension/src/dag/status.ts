import { AssetStatus, AssetView, CheckView, GraphView, RunStatus } from '../wire/views';
import { ago, elapsed, plural, shortRows } from './format';

/** The word shown with each status icon. */
export const STATUS_WORD: Record<AssetStatus, string> = {
  never: 'Never made',
  fresh: 'Fresh',
  stale: 'Stale',
  missing: 'Missing',
  queued: 'Queued',
  running: 'Running',
  failed: 'Failed'
};

/** The word shown for each run status. */
export const RUN_WORD: Record<RunStatus, string> = {
  QUEUED: 'Queued',
  NOT_STARTED: 'Waiting',
  STARTING: 'Starting',
  STARTED: 'Running',
  SUCCESS: 'Succeeded',
  FAILURE: 'Failed',
  CANCELING: 'Canceling',
  CANCELED: 'Canceled'
};

const FINISHED: readonly RunStatus[] = ['SUCCESS', 'FAILURE', 'CANCELED'];

/** Whether nothing more will happen in a run of this status. */
export function isFinished(status: RunStatus): boolean {
  return FINISHED.includes(status);
}

/** The status shown: an external asset has none of its own. */
export function statusWord(asset: AssetView): string {
  return asset.external ? 'External' : STATUS_WORD[asset.status];
}

/** Whether "materialize stale" would make this asset. */
export function needsWork(asset: AssetView): boolean {
  return !asset.external && ['stale', 'never', 'missing', 'failed'].includes(asset.status);
}

/** Whether a run is at work on the asset or about to be. */
export function isAtWork(asset: AssetView): boolean {
  return asset.status === 'running' || asset.status === 'queued';
}

/** The line of a card after the status word: what matters now, the first part most. */
export function whatMatters(asset: AssetView, now: number): string[] {
  if (asset.status === 'running') {
    return asset.started_at ? [`for ${elapsed(asset.started_at, now)}`] : [];
  }
  if (asset.status === 'failed') {
    return [asset.error ?? asset.reason];
  }
  if (asset.status === 'fresh' || asset.external) {
    const facts = [
      asset.rows === null ? '' : shortRows(asset.rows),
      asset.materialized_at ? ago(asset.materialized_at, now) : ''
    ].filter(fact => fact);
    return facts.length ? facts : [asset.reason];
  }
  // that it was never made or waits for its turn says its word already
  return asset.status === 'never' || asset.status === 'queued' ? [] : [asset.reason];
}

/** Failed checks, for the badge of a card. */
export function failedChecks(asset: AssetView): CheckView[] {
  return asset.checks.filter(check => check.passed === false);
}

const SUMMARY_ORDER: readonly [AssetStatus, string][] = [
  ['failed', 'failed'],
  ['missing', 'missing'],
  ['stale', 'stale'],
  ['never', 'never made'],
  ['queued', 'queued'],
  ['running', 'running']
];

/** "9 assets · 2 stale · 1 running"; with nothing to do, "9 assets · all fresh". */
export function summary(graph: GraphView): string {
  return summaryParts(graph).join(' · ');
}

/** The parts of the summary, for places where it may wrap between them. */
export function summaryParts(graph: GraphView): string[] {
  const own = graph.assets.filter(asset => !asset.external);
  const parts = SUMMARY_ORDER.flatMap(([status, word]) => {
    const count = own.filter(asset => asset.status === status).length;
    return count ? [`${count.toLocaleString('en-US')} ${word}`] : [];
  });
  const calm = own.length ? ['all fresh'] : [];
  return [plural(own.length, 'asset'), ...(parts.length ? parts : calm)];
}

/** Why "materialize stale" has nothing to do, or "" if it has. */
export function nothingStale(graph: GraphView): string {
  const own = graph.assets.filter(asset => !asset.external);
  if (own.some(needsWork)) {
    return '';
  }
  if (own.length === 0) {
    return 'There are no assets yet';
  }
  return own.some(isAtWork) ? 'A run is at work on what was stale' : 'Everything is fresh';
}
