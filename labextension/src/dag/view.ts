import { AssetView, FindingView, GraphView, MaterializeRequest, Problem } from '../wire/views';
import { Details } from './details';
import { button, element, setText } from './dom';
import { glyph } from './icons';
import { Lineage } from './lineage';
import { emptyState, findingsList, isQuiet, problemBanner } from './notices';
import { GraphPane } from './pane';
import { matching } from './search';
import { isAtWork, statusWord } from './status';
import { Toolbar } from './toolbar';

/** What the graph asks its host to do. */
export interface DagCallbacks {
  materialize: (request: MaterializeRequest) => void;
  cancel: (runId: string) => void;
  /** Go to the cell of an asset; left out where the host cannot. */
  openSource?: (asset: AssetView) => void;
  openFinding?: (finding: FindingView) => void;
}

export interface DagOptions {
  /** Fill the host's height instead of taking the height the graph needs. */
  fill?: boolean;
}

/** A mounted graph. */
export interface Dag {
  update(graph: GraphView): void;
  /** Show what went wrong with a request; null removes it. */
  problem(problem: Problem | null): void;
  /** A line above the graph, such as that the kernel is gone; "" removes it. */
  note(text: string): void;
  /** Show the graph as it was, without actions, and say why; "" makes it live again. */
  freeze(reason: string): void;
  dispose(): void;
}

const MIN_HEIGHT = 180;
const MAX_HEIGHT = 440;
const DETAILS_HEIGHT = 360;
const PENDING_MS = 10_000;
/** A hidden list of more items than this would help nobody. */
const TWIN_LIMIT = 500;

/** Mount an interactive graph in `host`. */
export function createDag(
  host: HTMLElement,
  callbacks: DagCallbacks,
  options: DagOptions = {}
): Dag {
  return new DagView(host, callbacks, options);
}

class DagView implements Dag {
  private graph: GraphView | null = null;
  private selected: string | null = null;
  private searchText = '';
  private match = -1;
  private lineage = new Lineage([]);
  private clock = 0;
  private pending = 0;
  private size = '';
  private frozen = false;
  private readonly toolbar: Toolbar;
  private readonly pane: GraphPane;
  private readonly details: Details;
  private readonly zoom: HTMLElement;
  private readonly top = element('div', { class: 'daglab-notices' });
  private readonly noteLine = element('div', { class: 'daglab-note', attrs: { role: 'status' } });
  private readonly empty = emptyState();
  private readonly body = element('div', { class: 'daglab-body' });
  private readonly below = element('div', { class: 'daglab-below' });
  private readonly twin = element('ul', { class: 'daglab-hidden' });
  private readonly root: HTMLDivElement;
  private readonly resized: ResizeObserver;

  constructor(
    host: HTMLElement,
    private readonly callbacks: DagCallbacks,
    private readonly options: DagOptions
  ) {
    this.toolbar = new Toolbar({
      materialize: request => this.materialize(request),
      cancel: ids => ids.forEach(id => callbacks.cancel(id)),
      search: text => this.search(text),
      nextMatch: () => this.nextMatch()
    });
    this.pane = new GraphPane({
      select: key => this.select(key),
      open: key => {
        this.select(key);
        this.details.focus();
      },
      materialize: key => this.materializeByGesture(key)
    });
    this.details = new Details({
      materialize: request => this.materialize(request),
      select: key => this.select(key),
      close: () => this.close(),
      openSource: callbacks.openSource
    });
    this.zoom = this.zoomButtons();
    this.pane.viewport.node.append(this.empty, this.zoom);
    this.body.append(this.pane.viewport.node, this.details.node);
    this.noteLine.hidden = true;
    this.root = element('div', {
      class: options.fill ? 'daglab daglab-mod-fill' : 'daglab',
      children: [this.toolbar.node, this.noteLine, this.top, this.body, this.below, this.twin]
    });
    this.root.addEventListener('keydown', event => {
      if (event.key === 'Escape' && this.selected !== null) {
        event.stopPropagation();
        this.close();
      }
    });
    host.append(this.root);
    // what is drawn while it is frozen moves as little as what was there
    this.root.addEventListener('animationstart', () => this.setMotion());
    window.addEventListener('keydown', this.keepKeys, { capture: true });
    this.resized = new ResizeObserver(() => this.resize());
    this.resized.observe(this.body);
  }

  update(graph: GraphView): void {
    this.setPending(false);
    this.graph = graph;
    this.lineage = new Lineage(graph.edges);
    this.toolbar.update(graph);
    this.empty.hidden = graph.assets.length > 0;
    this.zoom.hidden = graph.assets.length === 0;
    const changed = this.pane.update(graph);
    if (!graph.assets.some(asset => asset.key === this.selected)) {
      this.selected = null;
    }
    this.showDetails();
    this.search(this.searchText);
    this.below.replaceChildren(
      ...(graph.findings.length ? [findingsList(graph.findings, this.callbacks.openFinding)] : [])
    );
    this.drawTwin(graph);
    if (changed) {
      this.setHeight();
      if (!this.pane.viewport.moved) {
        this.pane.home();
      }
    }
    this.startClock();
  }

  problem(problem: Problem | null): void {
    this.setPending(false);
    if (problem && isQuiet(problem)) {
      this.toolbar.say(problem.title);
      return;
    }
    this.top.replaceChildren(
      ...(problem ? [problemBanner(problem, () => this.top.replaceChildren())] : [])
    );
  }

  note(text: string): void {
    setText(this.noteLine, text);
    this.noteLine.hidden = text === '';
  }

  freeze(reason: string): void {
    this.note(reason);
    this.frozen = reason !== '';
    this.root.classList.toggle('daglab-mod-frozen', this.frozen);
    this.toolbar.setFrozen(this.frozen);
    this.showDetails();
    this.setMotion();
  }

  dispose(): void {
    clearInterval(this.clock);
    clearTimeout(this.pending);
    window.removeEventListener('keydown', this.keepKeys, { capture: true });
    this.resized.disconnect();
    this.toolbar.dispose();
    this.pane.dispose();
    this.root.remove();
  }

  /**
   * Plain keys pressed in here are not the notebook's ("a" would insert a cell), those with
   * modifiers are ("save"). JupyterLab listens on the document and asks the target only.
   */
  private keepKeys = (event: KeyboardEvent): void => {
    const { target } = event;
    if (target instanceof Element && this.root.contains(target)) {
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
      target.toggleAttribute('data-lm-suppress-shortcuts', plain);
    }
  };

  private setMotion(): void {
    for (const animation of this.root.getAnimations({ subtree: true })) {
      if (this.frozen) {
        animation.pause();
      } else if (animation.playState === 'paused') {
        animation.play();
      }
    }
  }

  private materialize(request: MaterializeRequest): void {
    this.setPending(true);
    this.callbacks.materialize(request);
  }

  private materializeByGesture(key: string): void {
    const asset = this.asset(key);
    if (asset && !this.frozen && !asset.external && !isAtWork(asset)) {
      this.materialize({ selection: 'upstream', key });
    }
  }

  /** Between a request and the first sign of it the buttons say so, but never for ever. */
  private setPending(pending: boolean): void {
    clearTimeout(this.pending);
    this.toolbar.setPending(pending);
    if (pending) {
      this.pending = window.setTimeout(() => this.toolbar.setPending(false), PENDING_MS);
    }
  }

  private asset(key: string | null): AssetView | undefined {
    return this.graph?.assets.find(asset => asset.key === key);
  }

  private select(key: string | null): void {
    this.selected = this.asset(key) ? key : null;
    this.showDetails();
    this.setHeight();
    this.pane.select(this.selected);
  }

  private close(): void {
    const key = this.selected;
    const inside = this.root.contains(document.activeElement);
    this.select(null);
    if (key !== null && inside) {
      this.pane.focus(key);
    }
  }

  private showDetails(): void {
    const asset = this.asset(this.selected);
    this.details.show(
      asset
        ? {
            asset,
            frozen: this.frozen,
            upstream: this.lineage.parentsOf(asset.key),
            downstream: this.lineage.childrenOf(asset.key)
          }
        : null
    );
  }

  private search(text: string): void {
    if (text !== this.searchText) {
      this.match = -1;
    }
    this.searchText = text;
    const assets = this.graph?.assets ?? [];
    const found = matching(assets, text);
    this.toolbar.setMatches(found ? `${found.size} of ${assets.length}` : '');
    this.pane.find(found);
  }

  private nextMatch(): void {
    const found = [...(matching(this.graph?.assets ?? [], this.searchText) ?? [])];
    if (found.length) {
      this.match = (this.match + 1) % found.length;
      this.select(found[this.match]);
    }
  }

  private setHeight(): void {
    if (this.options.fill) {
      return;
    }
    const wanted = Math.min(
      MAX_HEIGHT,
      Math.max(MIN_HEIGHT, this.pane.preferredHeight(this.body.clientWidth || 800))
    );
    const height = this.selected === null ? wanted : Math.max(wanted, DETAILS_HEIGHT);
    this.body.style.setProperty('--daglab-height', `${height}px`);
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.root;
    // the height of a graph in a cell is our own doing
    const size = this.options.fill ? `${clientWidth}x${clientHeight}` : `${clientWidth}`;
    if (clientWidth === 0 || size === this.size) {
      return;
    }
    this.size = size;
    this.setHeight();
    this.pane.adapt();
  }

  /** Times move on once a second while something runs, else every ten, and only while live and seen. */
  private startClock(): void {
    clearInterval(this.clock);
    const running = this.graph?.assets.some(asset => asset.status === 'running');
    this.clock = window.setInterval(
      () => {
        if (
          !this.frozen &&
          document.visibilityState === 'visible' &&
          this.root.offsetParent !== null
        ) {
          const now = Date.now();
          this.pane.tick(now);
          this.details.tick(now);
        }
      },
      running ? 1000 : 10_000
    );
  }

  private zoomButtons(): HTMLElement {
    const { viewport } = this.pane;
    const zoom = (label: string, action: string, icon: 'plus' | 'minus' | 'fit', act: () => void) =>
      button({
        label,
        action,
        icon: glyph(icon),
        iconOnly: true,
        class: 'daglab-mod-quiet',
        onClick: act
      });
    return element('div', {
      class: 'daglab-zoom',
      children: [
        zoom('Zoom out', 'zoom-out', 'minus', () => viewport.zoomBy(1 / 1.25)),
        zoom('Fit the graph', 'zoom-fit', 'fit', () => viewport.fit()),
        zoom('Zoom in', 'zoom-in', 'plus', () => viewport.zoomBy(1.25))
      ]
    });
  }

  /** The graph as a list, for those who do not see it. */
  private drawTwin(graph: GraphView): void {
    const items = graph.assets.slice(0, TWIN_LIMIT).map(asset => {
      const made = this.lineage.parentsOf(asset.key);
      const from = made.length ? ` Made from ${made.join(', ')}.` : '';
      return `${asset.key}: ${statusWord(asset)}. ${asset.reason}${from}`;
    });
    this.twin.setAttribute('aria-label', `${graph.title || 'Pipeline'} as a list`);
    if (items.join('\n') !== [...this.twin.children].map(item => item.textContent).join('\n')) {
      this.twin.replaceChildren(...items.map(text => element('li', { text })));
    }
  }
}
