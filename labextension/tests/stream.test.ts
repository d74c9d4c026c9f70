// @vitest-environment happy-dom
import { ServerConnection } from '@jupyterlab/services';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EventStream } from '../src/api/stream';
import { Problem, WorkspaceView } from '../src/wire/views';
import { graph } from './assets';

class FakeSocket {
  static all: FakeSocket[] = [];
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  closed = false;

  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }

  close(): void {
    this.closed = true;
  }
}

const workspace: WorkspaceView = {
  root: '/srv',
  home: '/srv/.daglab',
  graph: graph([], [], { cursor: 7 }),
  runs: []
};
const settings = {
  wsUrl: 'ws://server/',
  token: 'a b',
  appendToken: true,
  WebSocket: FakeSocket
} as unknown as ServerConnection.ISettings;

const states: string[] = [];
const seen: WorkspaceView[] = [];
const problems: Problem[] = [];
let stream: EventStream;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  FakeSocket.all = [];
  states.length = seen.length = problems.length = 0;
  stream = new EventStream(settings, {
    state: state => states.push(state),
    workspace: view => seen.push(view),
    problem: problem => problems.push(problem)
  });
});

afterEach(() => {
  stream.dispose();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const say = (socket: FakeSocket) =>
  socket.onmessage!({ data: JSON.stringify({ type: 'workspace', workspace }) });

test('is ready with the first message', () => {
  expect(FakeSocket.all[0].url).toBe('ws://server/daglab/api/v1/events?cursor=0&token=a%20b');
  say(FakeSocket.all[0]);
  expect([states, seen]).toEqual([['pending', 'ready'], [workspace]]);
});

test('passes on what keeps the state from being told', () => {
  const problem = { title: 'No', detail: 'way', hint: '' };
  FakeSocket.all[0].onmessage!({ data: JSON.stringify({ type: 'problem', problem }) });
  expect([states, problems]).toEqual([['pending', 'ready'], [problem]]);
});

test('comes back from where it was, ever more slowly', () => {
  say(FakeSocket.all[0]);
  FakeSocket.all[0].onclose!();
  expect(states.at(-1)).toBe('error');
  vi.advanceTimersByTime(500);
  expect(FakeSocket.all[1].url).toContain('cursor=7');
  FakeSocket.all[1].onclose!();
  vi.advanceTimersByTime(999);
  expect(FakeSocket.all).toHaveLength(2);
  vi.advanceTimersByTime(1);
  expect(FakeSocket.all).toHaveLength(3);
});

test('does not wait once the network is back', () => {
  FakeSocket.all[0].onclose!();
  window.dispatchEvent(new Event('online'));
  expect(FakeSocket.all).toHaveLength(2);
});

test('disposing closes the socket and stops trying', () => {
  stream.dispose();
  expect(FakeSocket.all[0].closed).toBe(true);
  window.dispatchEvent(new Event('online'));
  vi.advanceTimersByTime(60_000);
  expect(FakeSocket.all).toHaveLength(1);
});
