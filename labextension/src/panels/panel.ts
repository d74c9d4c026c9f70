import { TranslationBundle } from '@jupyterlab/translation';
import { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { AssetList, AssetListEvents } from '../components/asset-list';
import { daglabIcon } from '../components/icons';
import { RunList } from '../components/run-list';
import { button, element, setText } from '../dag/dom';
import { glyph } from '../dag/icons';
import { findingsList, isQuiet, PASSING_MS, problemBanner } from '../dag/notices';
import { matching } from '../dag/search';
import { needsWork, nothingStale, summaryParts } from '../dag/status';
import { searchBox } from '../dag/toolbar';
import { IWorkspace, WorkspaceState } from '../tokens';
import { FindingView, Problem, WorkspaceView } from '../wire/views';

export const PANEL_ID = 'daglab-panel';

/** What the panel needs from JupyterLab. */
export interface PanelHost {
  open: AssetListEvents['open'];
  openLocation: AssetListEvents['openLocation'];
  openFinding: (finding: FindingView) => void;
  openGraph: () => void;
}

/** The left side panel: the state of the workspace, its assets, runs and findings. */
export class DaglabPanel extends Widget {
  private runsListed = 10;
  private searchText = '';
  private clock = 0;
  private passing = 0;
  private dismissed: Problem | null = null;
  private readonly summary = element('div', {
    class: 'daglab-panel-summary',
    attrs: { role: 'status', 'data-daglab': 'summary' }
  });
  private readonly connection = element('div', {
    class: 'daglab-note',
    attrs: { role: 'status', 'data-daglab': 'connection' }
  });
  private readonly notices = element('div');
  private readonly stale: HTMLButtonElement;
  private readonly assets: AssetList;
  private readonly runs: RunList;
  private readonly findings = element('div', { class: 'daglab-panel-findings' });
  private readonly assetSection: HTMLDetailsElement;
  private readonly runSection: HTMLDetailsElement;
  private readonly findingSection: HTMLDetailsElement;
  private readonly noAssets: HTMLElement;
  private readonly noRuns: HTMLElement;
  private readonly content: HTMLElement;

  constructor(
    private readonly workspace: IWorkspace,
    private readonly host: PanelHost,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.id = PANEL_ID;
    this.addClass('daglab-panel');
    this.title.icon = daglabIcon;
    this.title.caption = trans.__('daglab');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('daglab'));
    this.stale = button({
      label: trans.__('Materialize stale'),
      action: 'materialize-stale',
      class: 'daglab-mod-primary',
      onClick: () => void workspace.materialize({ selection: 'stale', key: null })
    });
    this.assets = new AssetList(
      {
        open: host.open,
        openLocation: host.openLocation,
        materialize: key => void workspace.materialize({ selection: 'asset', key })
      },
      trans
    );
    this.runs = new RunList(id => void workspace.cancel(id), trans);
    this.noAssets = element('p', {
      class: 'daglab-hint',
      text: trans.__('No assets yet. Start a cell with %%asset and bind a variable in it.')
    });
    this.noRuns = element('p', {
      class: 'daglab-hint',
      text: trans.__('No runs yet. Materialize an asset to see its run here.')
    });
    this.assetSection = section(trans.__('Assets'), this.assets.node, this.noAssets);
    this.runSection = section(trans.__('Runs'), this.runs.node, this.noRuns);
    this.findingSection = section(trans.__('Findings'), this.findings);
    this.content = element('div', {
      class: 'daglab-panel-content',
      children: [this.assetSection, this.runSection, this.findingSection]
    });
    this.node.append(this.header(), this.connection, this.notices, this.content);
    workspace.stateChanged.connect(this.draw, this);
    workspace.failed.connect(this.announce, this);
    this.draw(workspace, workspace.state);
  }

  /** How many of the latest runs are listed. */
  setRunsListed(count: number): void {
    this.runsListed = count;
    this.draw(this.workspace, this.workspace.state);
  }

  override dispose(): void {
    clearInterval(this.clock);
    clearTimeout(this.passing);
    this.workspace.stateChanged.disconnect(this.draw, this);
    this.workspace.failed.disconnect(this.announce, this);
    super.dispose();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.wake();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    if (this.isVisible) {
      this.wake();
    }
  }

  protected override onBeforeHide(message: Message): void {
    super.onBeforeHide(message);
    clearInterval(this.clock);
  }

  /** Nothing is asked of the server before somebody looks. */
  private wake(): void {
    this.workspace.start();
    clearInterval(this.clock);
    this.clock = window.setInterval(() => this.tick(), 1000);
    this.tick();
  }

  private tick(): void {
    if (document.visibilityState === 'visible') {
      const now = Date.now();
      this.assets.tick(now);
      this.runs.tick(now);
    }
  }

  private header(): HTMLElement {
    const { trans } = this;
    const search = searchBox(
      trans.__('Search assets'),
      text => {
        this.searchText = text;
        this.draw(this.workspace, this.workspace.state);
      },
      () => this.assets.node.querySelector<HTMLElement>('.daglab-row-main')?.focus()
    );
    const graph = button({
      label: trans.__('Graph'),
      action: 'open-graph',
      title: trans.__('Open the graph of all assets'),
      onClick: this.host.openGraph
    });
    return element('header', {
      class: 'daglab-panel-header',
      children: [
        this.summary,
        element('div', { class: 'daglab-panel-actions', children: [this.stale, graph] }),
        element('span', { class: 'daglab-search', children: [glyph('search'), search] })
      ]
    });
  }

  private draw(_: IWorkspace, state: WorkspaceState): void {
    const ready = state.kind === 'ready';
    this.content.hidden = !ready;
    this.node.classList.toggle('daglab-mod-waiting', !ready);
    const waiting = ready && !state.live ? this.trans.__('Reconnecting…') : '';
    const text = state.kind === 'pending' ? this.trans.__('Connecting…') : waiting;
    setText(this.connection, text);
    this.connection.hidden = text === '';
    if (state.kind === 'error') {
      this.showError(state.problem);
    } else if (state.kind === 'ready') {
      this.notices.querySelector('.daglab-mod-connection')?.remove();
      this.showStall(state.problem);
      this.drawWorkspace(state.workspace);
    }
  }

  private drawWorkspace({ graph, runs }: WorkspaceView): void {
    if (!this.passing) {
      this.showSummary(summaryParts(graph));
    }
    const count = graph.assets.filter(needsWork).length;
    const reason = nothingStale(graph);
    const text = this.trans.__('Materialize stale');
    setText(this.stale.querySelector('span')!, count ? `${text} (${count})` : text);
    this.stale.disabled = reason !== '';
    this.stale.title = reason;
    const found = matching(graph.assets, this.searchText);
    const shown = found ? graph.assets.filter(asset => found.has(asset.key)) : graph.assets;
    this.assets.update(shown);
    setText(
      this.noAssets,
      graph.assets.length
        ? this.trans.__('No asset matches the search.')
        : this.trans.__('No assets yet. Start a cell with %%asset and bind a variable in it.')
    );
    this.noAssets.hidden = shown.length > 0;
    const listed = runs.slice(0, this.runsListed);
    this.runs.update(listed);
    this.noRuns.hidden = runs.length > 0;
    this.runSection.hidden = this.runsListed === 0;
    this.findingSection.hidden = graph.findings.length === 0;
    this.findings.replaceChildren(findingsList(graph.findings, this.host.openFinding));
  }

  /** Wraps between its parts only. */
  private showSummary(parts: string[]): void {
    if (this.summary.textContent !== parts.join(' · ')) {
      const spans = parts.map((text, i) =>
        element('span', { text: i + 1 < parts.length ? `${text} · ` : text })
      );
      this.summary.replaceChildren(...spans);
    }
  }

  private showError(problem: Problem): void {
    this.showSummary([]);
    const retry = button({
      label: this.trans.__('Try again'),
      action: 'retry',
      onClick: () => {
        this.notices.replaceChildren();
        void this.workspace.refresh();
      }
    });
    this.notices.replaceChildren(
      element('div', {
        class: 'daglab-mod-connection',
        children: [
          problemBanner(problem, () => this.notices.replaceChildren()),
          element('div', { class: 'daglab-retry', children: [retry] })
        ]
      })
    );
  }

  /** What keeps the state from being told; it goes by itself once it is told again. */
  private showStall(problem: Problem | null): void {
    this.notices.querySelector('.daglab-mod-stall')?.remove();
    if (problem && problem !== this.dismissed) {
      const dismiss = () => {
        this.dismissed = problem;
        this.showStall(null);
      };
      const banner = problemBanner(problem, dismiss);
      this.notices.append(element('div', { class: 'daglab-mod-stall', children: [banner] }));
    }
  }

  /** Say something for some seconds, in the place of the summary. */
  private say(text: string): void {
    clearTimeout(this.passing);
    this.showSummary([text]);
    this.passing = window.setTimeout(() => {
      this.passing = 0;
      this.draw(this.workspace, this.workspace.state);
    }, PASSING_MS);
  }

  private announce(_: IWorkspace, problem: Problem): void {
    if (isQuiet(problem)) {
      this.say(problem.title);
      return;
    }
    this.notices.replaceChildren(problemBanner(problem, () => this.notices.replaceChildren()));
  }
}

function section(title: string, ...children: HTMLElement[]): HTMLDetailsElement {
  return element('details', {
    class: 'daglab-section',
    attrs: { open: '' },
    children: [element('summary', { class: 'daglab-section-title', text: title }), ...children]
  });
}
