import { TranslationBundle } from '@jupyterlab/translation';
import { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { daglabIcon } from '../components/icons';
import { createDag, Dag } from '../dag/view';
import { IWorkspace, WorkspaceState } from '../tokens';
import { Problem } from '../wire/views';
import { PanelHost } from './panel';

/** The graph of the whole workspace, in a tab of the main area. */
export class GraphTab extends Widget {
  private readonly dag: Dag;
  private stall: Problem | null = null;

  constructor(
    private readonly workspace: IWorkspace,
    host: PanelHost,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.addClass('daglab-graph');
    this.title.icon = daglabIcon;
    this.title.label = trans.__('Asset graph');
    this.dag = createDag(
      this.node,
      {
        materialize: request => void workspace.materialize(request),
        cancel: runId => void workspace.cancel(runId),
        openSource: host.open,
        openFinding: host.openFinding
      },
      { fill: true }
    );
    workspace.stateChanged.connect(this.draw, this);
    workspace.failed.connect(this.announce, this);
  }

  override dispose(): void {
    this.workspace.stateChanged.disconnect(this.draw, this);
    this.workspace.failed.disconnect(this.announce, this);
    this.dag.dispose();
    super.dispose();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.workspace.start();
    this.draw(this.workspace, this.workspace.state);
  }

  private draw(_: IWorkspace, state: WorkspaceState): void {
    if (state.kind === 'ready') {
      this.dag.note(state.live ? '' : this.trans.__('Reconnecting…'));
      this.dag.update(state.workspace.graph);
      if (state.problem !== this.stall) {
        this.stall = state.problem;
        this.dag.problem(state.problem);
      }
    } else if (state.kind === 'pending') {
      this.dag.note(this.trans.__('Connecting…'));
    } else {
      this.dag.note('');
      this.dag.problem(state.problem);
    }
  }

  private announce(_: IWorkspace, problem: Problem): void {
    this.dag.problem(problem);
  }
}
