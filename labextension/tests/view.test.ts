// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDag, Dag } from '../src/dag/view';
import { asset, graph, run } from './assets';

let host: HTMLElement;
let dag: Dag;
const materialize = vi.fn();
const cancel = vi.fn();

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-01-01T00:02:00Z') });
  host = document.createElement('div');
  document.body.append(host);
  dag = createDag(host, { materialize, cancel });
});

afterEach(() => {
  dag.dispose();
  host.remove();
  vi.useRealTimers();
  vi.clearAllMocks();
});

const find = <T extends HTMLElement>(selector: string) => host.querySelector<T>(selector)!;
const action = (name: string) => find<HTMLButtonElement>(`[data-daglab="${name}"]`);
const card = (key: string) => find(`.daglab-card[data-key="${key}"]`);

test('an empty graph says what to do next', () => {
  dag.update(graph([]));
  expect(find('.daglab-empty').textContent).toContain('%%asset');
  expect(action('materialize-stale').disabled).toBe(true);
  expect(action('materialize-stale').title).toBe('There are no assets yet');
});

test('cards carry key, status and one line of what matters', () => {
  dag.update(
    graph([
      asset('raw/flights', { rows: 336776 }),
      asset('departed', { status: 'stale', reason: 'Its code changed.' }),
      asset('model', { status: 'failed', error: 'ValueError: NaN' })
    ])
  );
  const lines = [...host.querySelectorAll<HTMLElement>('.daglab-card')].map(node => [
    node.dataset.key,
    node.dataset.status,
    node.querySelector('.daglab-card-line')!.textContent
  ]);
  expect(lines).toEqual([
    ['raw/flights', 'fresh', 'Fresh337k rows2 min ago'],
    ['departed', 'stale', 'StaleIts code changed.'],
    ['model', 'failed', 'FailedValueError: NaN']
  ]);
});

test('text of users never becomes markup', () => {
  const name = '<img src=x onerror=alert(1)>';
  dag.update(
    graph([asset(name, { kinds: [name], description: name, error: name, status: 'failed' })], [], {
      findings: [{ severity: 'error', location: name, cell: 1, line: 1, message: name }]
    })
  );
  find('.daglab-card').click();
  dag.problem({ title: name, detail: name, hint: name });
  expect(host.querySelector('img')).toBeNull();
});

test('the summary counts states and the button what is to be made', () => {
  dag.update(
    graph([
      asset('a'),
      asset('b', { status: 'stale' }),
      asset('c', { status: 'never' }),
      asset('d', { status: 'running' }),
      asset('e', { status: 'never', external: true })
    ])
  );
  expect(find('[data-daglab="summary"]').textContent).toBe(
    '4 assets · 1 stale · 1 never made · 1 running'
  );
  expect(action('materialize-stale').textContent).toBe('Materialize stale (2)');
  action('materialize-stale').click();
  expect(materialize).toHaveBeenCalledExactlyOnceWith({ selection: 'stale', key: null });
});

test('a request shows at once and is forgotten when nothing comes of it', () => {
  dag.update(graph([asset('a', { status: 'stale' })]));
  action('materialize-stale').click();
  expect(action('materialize-stale').textContent).toBe('Starting…');
  expect(action('materialize-stale').disabled).toBe(true);
  vi.advanceTimersByTime(10_000);
  expect(action('materialize-stale').textContent).toBe('Materialize stale (1)');
});

test('where everything is fresh the button says so', () => {
  dag.update(graph([asset('a')]));
  expect(action('materialize-stale').disabled).toBe(true);
  expect(action('materialize-stale').title).toBe('Everything is fresh');
});

test('a click opens the details with neighbours that lead on', () => {
  dag.update(graph([asset('a'), asset('b'), asset('c')], ['a>b', 'b>c']));
  card('b').click();
  expect(find('.daglab-details-name').textContent).toBe('b');
  action('select:c').click();
  expect(find('.daglab-details-name').textContent).toBe('c');
  action('materialize-upstream').click();
  expect(materialize).toHaveBeenCalledExactlyOnceWith({ selection: 'upstream', key: 'c' });
  action('close-details').click();
  expect(find('.daglab-details').hidden).toBe(true);
});

test('a double click makes an asset with what it needs', () => {
  dag.update(graph([asset('a'), asset('x', { external: true })]));
  card('a').dispatchEvent(new Event('dblclick', { bubbles: true }));
  card('x').dispatchEvent(new Event('dblclick', { bubbles: true }));
  expect(materialize).toHaveBeenCalledExactlyOnceWith({ selection: 'upstream', key: 'a' });
});

test('arrows walk the graph, Enter opens and Escape closes', () => {
  dag.update(graph([asset('a'), asset('b')], ['a>b']));
  const press = (key: string) =>
    document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  card('a').focus();
  press('ArrowRight');
  expect(document.activeElement).toBe(card('b'));
  press('Enter');
  expect(find('.daglab-details-name').textContent).toBe('b');
  press('Escape');
  expect(find('.daglab-details').hidden).toBe(true);
  expect(document.activeElement).toBe(card('b'));
});

test('hovering dims what is not of the lineage', () => {
  dag.update(graph([asset('a'), asset('b'), asset('c')], ['a>b']));
  card('a').dispatchEvent(new Event('pointerover', { bubbles: true }));
  const dim = ['a', 'b', 'c'].map(key => card(key).classList.contains('daglab-mod-dim'));
  expect(dim).toEqual([false, false, true]);
});

test('typing searches', () => {
  dag.update(graph([asset('flights', { kinds: ['pandas'] }), asset('model')]));
  const input = find<HTMLInputElement>('[data-daglab="search"]');
  input.value = 'PAND';
  input.dispatchEvent(new Event('input'));
  expect(card('model').classList.contains('daglab-mod-dim')).toBe(true);
  expect(find('.daglab-matches').textContent).toBe('1 of 2');
});

test('a run at work can be canceled once', () => {
  dag.update(graph([asset('a')], [], { runs: [run('r1')] }));
  action('cancel').click();
  expect(cancel).toHaveBeenCalledExactlyOnceWith('r1');
  dag.update(graph([asset('a')], [], { runs: [run('r1', { status: 'CANCELING' })] }));
  expect(action('cancel').disabled).toBe(true);
  dag.update(graph([asset('a')]));
  expect(action('cancel').hidden).toBe(true);
});

test('running times tick without drawing anew', () => {
  dag.update(graph([asset('a', { status: 'running', started_at: '2026-01-01T00:01:57Z' })]));
  const node = card('a');
  Object.defineProperty(find('.daglab'), 'offsetParent', { value: host });
  expect(node.querySelector('.daglab-card-fact')!.textContent).toBe('for 3 s');
  vi.advanceTimersByTime(2000);
  expect(node.querySelector('.daglab-card-fact')!.textContent).toBe('for 5 s');
  expect(card('a')).toBe(node);
});

test('an asset that is gone takes its card and its details along', () => {
  dag.update(graph([asset('a'), asset('b')]));
  card('b').click();
  dag.update(graph([asset('a')]));
  expect(card('b')).toBeNull();
  expect(find('.daglab-details').hidden).toBe(true);
});

test('a problem is shown until it is dismissed', () => {
  dag.problem({ title: 'No run', detail: 'The queue is full.', hint: 'Wait a moment.' });
  expect(find('[role="alert"]').textContent).toContain('The queue is full.');
  action('dismiss-problem').click();
  expect(find('[role="alert"]')).toBeNull();
});

test('that everything is fresh is said in passing', () => {
  dag.update(graph([asset('a')]));
  dag.problem({ title: 'Everything is fresh', detail: 'All of it.', hint: '' });
  expect(find('[role="alert"]')).toBeNull();
  expect(find('[data-daglab="summary"]').textContent).toBe('Everything is fresh');
  vi.advanceTimersByTime(4000);
  expect(find('[data-daglab="summary"]').textContent).toBe('1 asset · all fresh');
});

test('disposing leaves no element and no timer', () => {
  dag.update(graph([asset('a')]));
  dag.dispose();
  expect(host.childElementCount).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});
