import { GraphView, MaterializeRequest } from '../wire/views';
import { button, element, setText } from './dom';
import { glyph } from './icons';
import { PASSING_MS } from './notices';
import { needsWork, nothingStale, summary } from './status';

/** What the toolbar asks its owner for. */
export interface ToolbarEvents {
  materialize: (request: MaterializeRequest) => void;
  cancel: (runIds: string[]) => void;
  search: (text: string) => void;
  nextMatch: () => void;
}

/** Summary, search and the actions on the whole graph. */
export class Toolbar {
  readonly node: HTMLDivElement;
  private readonly summary = element('span', {
    class: 'daglab-summary',
    attrs: { role: 'status', 'data-daglab': 'summary' }
  });
  private readonly matches = element('span', {
    class: 'daglab-matches',
    attrs: { role: 'status' }
  });
  private readonly search: HTMLInputElement;
  private readonly stale: HTMLButtonElement;
  private readonly all: HTMLButtonElement;
  private readonly cancel: HTMLButtonElement;
  private readonly progress = element('div', { class: 'daglab-run-progress' });
  private graph: GraphView | null = null;
  private pending = false;
  private frozen = false;
  private passing = '';
  private passingTimer = 0;

  constructor(events: ToolbarEvents) {
    this.search = searchBox('Search assets', events.search, events.nextMatch);
    this.stale = button({
      label: 'Materialize stale',
      action: 'materialize-stale',
      class: 'daglab-mod-primary',
      icon: glyph('play'),
      onClick: () => events.materialize({ selection: 'stale', key: null })
    });
    this.all = button({
      label: 'Materialize all',
      action: 'materialize-all',
      onClick: () => events.materialize({ selection: 'all', key: null })
    });
    this.cancel = button({
      label: 'Cancel run',
      action: 'cancel',
      icon: glyph('stop'),
      onClick: () => events.cancel(this.cancelable())
    });
    this.node = element('div', {
      class: 'daglab-toolbar',
      attrs: { role: 'toolbar', 'aria-label': 'Pipeline' },
      children: [
        this.summary,
        element('span', {
          class: 'daglab-search',
          children: [glyph('search'), this.search, this.matches]
        }),
        this.cancel,
        this.all,
        this.stale,
        this.progress
      ]
    });
  }

  update(graph: GraphView): void {
    this.graph = graph;
    this.draw();
  }

  /** A run was asked for and nothing has been heard of it yet. */
  setPending(pending: boolean): void {
    this.pending = pending;
    this.draw();
  }

  /** Nothing can be asked for. */
  setFrozen(frozen: boolean): void {
    this.frozen = frozen;
    this.draw();
  }

  /** Say something for some seconds, in the place of the summary. */
  say(text: string): void {
    clearTimeout(this.passingTimer);
    this.passing = text;
    this.passingTimer = window.setTimeout(() => {
      this.passing = '';
      this.draw();
    }, PASSING_MS);
    this.draw();
  }

  dispose(): void {
    clearTimeout(this.passingTimer);
  }

  setMatches(text: string): void {
    setText(this.matches, text);
  }

  clearSearch(): void {
    this.search.value = '';
  }

  private cancelable(): string[] {
    return (this.graph?.runs ?? []).filter(run => run.status !== 'CANCELING').map(run => run.id);
  }

  private draw(): void {
    const { graph } = this;
    if (!graph) {
      return;
    }
    setText(this.summary, this.passing || summary(graph));
    this.summary.title = summary(graph);
    const count = graph.assets.filter(needsWork).length;
    const reason = nothingStale(graph);
    const staleLabel = count ? `Materialize stale (${count})` : 'Materialize stale';
    label(this.stale, this.pending ? 'Starting…' : staleLabel);
    this.stale.disabled = this.frozen || this.pending || reason !== '';
    this.stale.title = reason || 'Make what is stale, missing, failed or was never made';
    const isEmpty = !graph.assets.some(asset => !asset.external);
    this.all.disabled = this.frozen || this.pending || isEmpty;
    this.all.title = isEmpty ? 'There are no assets yet' : 'Make every asset again';
    this.drawRuns(graph);
  }

  private drawRuns(graph: GraphView): void {
    const open = this.cancelable().length;
    this.cancel.hidden = graph.runs.length === 0;
    this.cancel.disabled = this.frozen || open === 0;
    label(this.cancel, open === 0 ? 'Canceling…' : open > 1 ? `Cancel ${open} runs` : 'Cancel run');
    const total = graph.runs.reduce((sum, run) => sum + run.steps_total, 0);
    const done = graph.runs.reduce((sum, run) => sum + run.steps_done + run.steps_failed, 0);
    this.progress.hidden = graph.runs.length === 0;
    this.progress.style.setProperty('--daglab-done', `${total ? (100 * done) / total : 0}%`);
  }
}

/** A search field that reports what is typed; Escape empties it, Enter goes to the next match. */
export function searchBox(
  label: string,
  search: (text: string) => void,
  nextMatch: () => void
): HTMLInputElement {
  const input = element('input', {
    class: 'daglab-search-input',
    attrs: {
      type: 'search',
      placeholder: label,
      'aria-label': label,
      'data-daglab': 'search',
      spellcheck: 'false'
    },
    on: {
      input: () => search(input.value),
      keydown: event => {
        if (event.key === 'Enter') {
          nextMatch();
        } else if (event.key === 'Escape' && input.value) {
          input.value = '';
          search('');
        } else {
          return;
        }
        event.preventDefault();
        event.stopPropagation();
      }
    }
  });
  return input;
}

function label(node: HTMLButtonElement, text: string): void {
  setText(node.querySelector('span')!, text);
}
