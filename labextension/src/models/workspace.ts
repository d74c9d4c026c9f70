import { ServerConnection } from '@jupyterlab/services';
import { ISignal, Signal } from '@lumino/signaling';
import { request, RequestError } from '../api/request';
import { EventStream } from '../api/stream';
import { IWorkspace, WorkspaceState } from '../tokens';
import { MaterializeRequest, Problem, RunView, WorkspaceView } from '../wire/views';

/** The workspace as the server tells it: asked for once, then followed by the event stream. */
export class Workspace implements IWorkspace {
  private current: WorkspaceState = { kind: 'pending' };
  private stream: EventStream | null = null;
  private started = false;
  private disposed = false;
  private readonly changed = new Signal<IWorkspace, WorkspaceState>(this);
  private readonly failure = new Signal<IWorkspace, Problem>(this);

  constructor(private readonly settings: ServerConnection.ISettings) {}

  get state(): WorkspaceState {
    return this.current;
  }

  get stateChanged(): ISignal<IWorkspace, WorkspaceState> {
    return this.changed;
  }

  get failed(): ISignal<IWorkspace, Problem> {
    return this.failure;
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  dispose(): void {
    if (!this.disposed) {
      this.disposed = true;
      this.stream?.dispose();
      Signal.clearData(this);
    }
  }

  start(): void {
    if (!this.started) {
      this.started = true;
      void this.refresh();
    }
  }

  async refresh(): Promise<void> {
    this.started = true;
    if (this.current.kind === 'error') {
      this.become({ kind: 'pending' });
    }
    try {
      const workspace = await request<WorkspaceView>(this.settings, 'workspace');
      this.become({ kind: 'ready', workspace, live: this.isLive(), problem: null });
      this.follow();
    } catch (error) {
      // what was known stays in view while the stream tries to come back
      if (this.current.kind !== 'ready') {
        this.become({ kind: 'error', problem: problemOf(error) });
      }
      // what is wrong with a project is mended by and by, a server without daglab is not
      if (error instanceof RequestError && error.status >= 500) {
        this.follow();
      }
    }
  }

  async materialize(body: MaterializeRequest): Promise<void> {
    await this.ask('materialize', JSON.stringify(body));
  }

  async cancel(runId: string): Promise<void> {
    await this.ask(`runs/${encodeURIComponent(runId)}/cancel`);
  }

  private async ask(path: string, body?: string): Promise<void> {
    try {
      await request<RunView>(this.settings, path, { method: 'POST', body });
    } catch (error) {
      this.failure.emit(problemOf(error));
    }
  }

  private follow(): void {
    if (this.stream || this.disposed) {
      return;
    }
    this.stream = new EventStream(this.settings, {
      workspace: workspace => this.become({ kind: 'ready', workspace, live: true, problem: null }),
      problem: problem =>
        this.become(
          this.current.kind === 'ready'
            ? { ...this.current, live: true, problem }
            : { kind: 'error', problem }
        ),
      state: state => {
        if (state !== 'pending' && this.current.kind === 'ready') {
          this.become({ ...this.current, live: state === 'ready' });
        }
      }
    });
  }

  private isLive(): boolean {
    return this.current.kind === 'ready' ? this.current.live : true;
  }

  private become(state: WorkspaceState): void {
    if (!this.disposed) {
      this.current = state;
      this.changed.emit(state);
    }
  }
}

function problemOf(error: unknown): Problem {
  return error instanceof RequestError
    ? error.problem
    : { title: 'Something unexpected happened', detail: String(error), hint: '' };
}
