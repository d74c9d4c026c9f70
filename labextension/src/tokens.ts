import { Token } from '@lumino/coreutils';
import { IDisposable } from '@lumino/disposable';
import { ISignal } from '@lumino/signaling';
import { MaterializeRequest, Problem, WorkspaceView } from './wire/views';

/** What is known of the workspace; `problem` is what keeps it from being told anew. */
export type WorkspaceState =
  | { kind: 'pending' }
  | { kind: 'ready'; workspace: WorkspaceView; live: boolean; problem: Problem | null }
  | { kind: 'error'; problem: Problem };

/** The workspace of the server, kept up to date while anybody looks. */
export interface IWorkspace extends IDisposable {
  readonly state: WorkspaceState;
  readonly stateChanged: ISignal<IWorkspace, WorkspaceState>;
  /** A request of the user failed. */
  readonly failed: ISignal<IWorkspace, Problem>;
  /** Connect, if that has not been done. */
  start(): void;
  /** Ask the server again, whatever the state. */
  refresh(): Promise<void>;
  /** Start a run; a refusal is announced by `failed`. */
  materialize(request: MaterializeRequest): Promise<void>;
  /** Cancel a run; a refusal is announced by `failed`. */
  cancel(runId: string): Promise<void>;
}

export const IWorkspace = new Token<IWorkspace>(
  'daglab:IWorkspace',
  'The assets, runs and findings of the daglab workspace that the server works on.'
);
