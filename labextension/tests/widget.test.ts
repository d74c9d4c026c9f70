// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import widget from '../src/widget';
import { asset, graph } from './assets';

type Model = Parameters<typeof widget.render>[0]['model'];
type Listener = Parameters<Model['on']>[1];
type Message = Parameters<Listener>[0];

const GONE = 'is gone or does not answer';
const SPIN = { playState: 'running', pause: vi.fn(), play: vi.fn() };
const listeners = new Map<string, Listener>();
const send = vi.fn();
const state = { graph: graph([asset('a', { status: 'stale' })]), problem: null };
const model = {
  get: (name: 'graph' | 'problem') => state[name],
  on: (event, listener) => listeners.set(event, listener),
  off: event => listeners.delete(event),
  send
} as Model;
let host: HTMLElement;
let end: () => void;
let visibility: DocumentVisibilityState;

beforeEach(() => {
  vi.useFakeTimers();
  visibility = 'visible';
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visibility);
  SPIN.pause.mockImplementation(() => (SPIN.playState = 'paused'));
  SPIN.play.mockImplementation(() => (SPIN.playState = 'running'));
  Element.prototype.getAnimations = () => [SPIN as unknown as Animation];
  host = document.createElement('div');
  document.body.append(host);
  end = widget.render({ model, el: host });
});

afterEach(() => {
  end();
  host.remove();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.clearAllMocks();
});

const say = (message: Message) => listeners.get('msg:custom')!(message);
const note = () => host.querySelector('.daglab-note')!.textContent;
const action = (name: string) => host.querySelector<HTMLButtonElement>(`[data-daglab="${name}"]`)!;
const setVisibility = (now: DocumentVisibilityState) => {
  visibility = now;
  document.dispatchEvent(new Event('visibilitychange'));
};

test('fifteen seconds of silence freeze the graph, and any message makes it live again', () => {
  host.querySelector<HTMLElement>('.daglab-card')!.click();
  vi.advanceTimersByTime(14_000);
  expect(note()).toBe('');
  vi.advanceTimersByTime(1000);
  expect(note()).toContain(GONE);
  const names = ['materialize-stale', 'materialize-all', 'materialize-asset'];
  expect(names.map(name => action(name).disabled)).toEqual([true, true, true]);
  expect(SPIN.playState).toBe('paused');
  say({ type: 'alive' });
  expect(note()).toBe('');
  expect(names.map(name => action(name).disabled)).toEqual([false, false, false]);
  expect(SPIN.playState).toBe('running');
});

test('what tells that it is alive is not taken for gone', () => {
  for (let times = 0; times < 20; times++) {
    vi.advanceTimersByTime(5000);
    say({ type: 'alive' });
    expect(note()).toBe('');
  }
});

test('silence does not count while the page is hidden', () => {
  vi.advanceTimersByTime(10_000);
  setVisibility('hidden');
  vi.advanceTimersByTime(60_000);
  setVisibility('visible');
  vi.advanceTimersByTime(14_000);
  expect(note()).toBe('');
  vi.advanceTimersByTime(1000);
  expect(note()).toContain(GONE);
});

test('silence does not count while the machine sleeps', () => {
  vi.advanceTimersByTime(10_000);
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersByTime(14_000);
  expect(note()).toBe('');
  vi.advanceTimersByTime(2000);
  expect(note()).toContain(GONE);
});

test('a busy kernel is told from one that is gone', () => {
  action('materialize-stale').click();
  vi.advanceTimersByTime(5000);
  say({ type: 'alive' });
  vi.advanceTimersByTime(5000);
  say({ type: 'alive' });
  expect(note()).toContain('busy');
  expect(action('materialize-stale').disabled).toBe(false);
  say({ type: 'graph', graph: state.graph });
  expect(note()).toBe('');
});

test('the words for a kernel that is gone are not replaced by those for a busy one', () => {
  vi.advanceTimersByTime(10_000);
  action('materialize-stale').click();
  vi.advanceTimersByTime(20_000);
  expect(note()).toContain(GONE);
});

test('no timer outlives the graph', () => {
  action('materialize-stale').click();
  end();
  expect(vi.getTimerCount()).toBe(0);
  expect(listeners.size).toBe(0);
});
