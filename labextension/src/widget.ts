import { Silence } from './dag/silence';
import { createDag } from './dag/view';
import { GraphView, Problem } from './wire/views';

interface WidgetState {
  graph: GraphView | null;
  problem: Problem | null;
}

type Message =
  | { type: 'graph'; graph: GraphView }
  | { type: 'problem'; problem: Problem }
  /** Sent every five seconds, even while the kernel is busy. */
  | { type: 'alive' };

/** What this module uses of the model that anywidget hands over. */
interface WidgetModel {
  get<K extends keyof WidgetState>(name: K): WidgetState[K];
  on(event: string, listener: (message: Message) => void): void;
  off(event: string, listener: (message: Message) => void): void;
  send(content: unknown): void;
}

const BUSY = 'The kernel has not answered yet. It may be busy with a cell.';
const PATIENCE_MS = 10_000;
const GONE =
  'The kernel that drew this graph is gone or does not answer. What it shows may be old; run the cell again.';

/**
 * Whether the host says that nobody answers. The model that anywidget hands over does not tell,
 * but ipywidgets marks the view, before it announces the change.
 */
function isCutOff(el: HTMLElement): boolean {
  return el.closest('.jupyter-widgets-disconnected') !== null;
}

function render({ model, el }: { model: WidgetModel; el: HTMLElement }): () => void {
  let waiting = 0;
  let gone = false;
  const setGone = (now: boolean) => {
    if (now !== gone) {
      gone = now;
      clearTimeout(waiting);
      dag.freeze(gone ? GONE : '');
    }
  };
  // hosts tell late or never that a kernel was restarted, so silence has to
  const silence = new Silence(() => setGone(true));
  const ask = (content: unknown) => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => dag.note(BUSY), PATIENCE_MS);
    try {
      model.send(content);
    } catch {
      setGone(true);
    }
  };
  const dag = createDag(el, {
    materialize: request => ask({ type: 'materialize', request }),
    cancel: runId => ask({ type: 'cancel', run_id: runId })
  });
  const show = (graph: GraphView | null) => {
    if (graph) {
      dag.update(graph);
    }
  };
  const onMessage = (message: Message) => {
    silence.heard();
    setGone(false);
    if (message.type === 'alive') {
      return; // no answer to what was asked
    }
    clearTimeout(waiting);
    dag.note('');
    if (message.type === 'graph') {
      show(message.graph);
    } else if (message.type === 'problem') {
      dag.problem(message.problem);
    }
  };
  const onGraph = () => show(model.get('graph'));
  const onProblem = () => dag.problem(model.get('problem'));
  const onLive = () => setGone(isCutOff(el));

  model.on('msg:custom', onMessage);
  model.on('change:graph', onGraph);
  model.on('change:problem', onProblem);
  model.on('comm_live_update', onLive);
  onGraph();
  onProblem();
  onLive();
  // the state saved with the notebook may be old: ask for the present one
  if (!isCutOff(el)) {
    model.send({ type: 'refresh' });
  }

  return () => {
    clearTimeout(waiting);
    silence.dispose();
    model.off('msg:custom', onMessage);
    model.off('change:graph', onGraph);
    model.off('change:problem', onProblem);
    model.off('comm_live_update', onLive);
    dag.dispose();
  };
}

export default { render };
