import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { IDisposable } from '@lumino/disposable';
import { Problem, WorkspaceView } from '../wire/views';
import { API } from './request';

const FIRST_DELAY = 500;
const LONGEST_DELAY = 15_000;

/** `pending` until the first message and while reconnecting after a loss is under way. */
export type StreamState = 'pending' | 'ready' | 'error';

type StreamMessage =
  { type: 'workspace'; workspace: WorkspaceView } | { type: 'problem'; problem: Problem };

interface StreamEvents {
  workspace: (workspace: WorkspaceView) => void;
  /** The state cannot be told at the moment; the next workspace ends that. */
  problem: (problem: Problem) => void;
  state: (state: StreamState) => void;
}

/** The one event stream: a WebSocket that comes back by itself, ever more slowly. */
export class EventStream implements IDisposable {
  private socket: WebSocket | null = null;
  private cursor = 0;
  private delay = FIRST_DELAY;
  private timer = 0;
  private disposed = false;

  constructor(
    private readonly settings: ServerConnection.ISettings,
    private readonly events: StreamEvents
  ) {
    this.connect();
    window.addEventListener('online', this.reconnectNow);
    document.addEventListener('visibilitychange', this.reconnectNow);
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
    window.removeEventListener('online', this.reconnectNow);
    document.removeEventListener('visibilitychange', this.reconnectNow);
    this.drop();
  }

  private connect(): void {
    this.drop();
    const { wsUrl, token, appendToken, WebSocket } = this.settings;
    const query = `?cursor=${this.cursor}`;
    const secret = appendToken && token ? `&token=${encodeURIComponent(token)}` : '';
    const socket = new WebSocket(URLExt.join(wsUrl, API, 'events') + query + secret);
    this.socket = socket;
    this.events.state('pending');
    socket.onmessage = event => this.receive(event);
    socket.onclose = () => this.lost();
  }

  private receive(event: MessageEvent): void {
    const message = JSON.parse(String(event.data)) as StreamMessage;
    this.delay = FIRST_DELAY;
    this.events.state('ready');
    if (message.type === 'workspace') {
      this.cursor = message.workspace.graph.cursor;
      this.events.workspace(message.workspace);
    } else if (message.type === 'problem') {
      this.events.problem(message.problem);
    }
  }

  private lost(): void {
    this.socket = null;
    this.events.state('error');
    // spread out, so that a restarted server is not met by all tabs at once
    this.timer = window.setTimeout(() => this.connect(), this.delay * (0.75 + Math.random() / 2));
    this.delay = Math.min(LONGEST_DELAY, this.delay * 2);
  }

  /** Whoever comes back to the tab or to the network does not wait for the timer. */
  private reconnectNow = (): void => {
    if (this.socket === null && document.visibilityState === 'visible') {
      clearTimeout(this.timer);
      this.connect();
    }
  };

  private drop(): void {
    if (this.socket) {
      this.socket.onmessage = null;
      this.socket.onclose = null;
      this.socket.close();
      this.socket = null;
    }
  }
}
