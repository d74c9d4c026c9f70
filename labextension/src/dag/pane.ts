import { AssetView, GraphView } from '../wire/views';
import { Card } from './card';
import { element, svgElement } from './dom';
import { EdgeLine, overlap } from './edges';
import { DEFAULT_OPTIONS, layout, Layout, LayoutOptions } from './layout';
import { Lineage } from './lineage';
import { Viewport } from './viewport';

/** Below this scale text cannot be read, so a first look starts at the left instead. */
const READABLE = 0.5;
/** Up to this many assets, all cards are in the page; beyond, only those in the window. */
const CULL_ABOVE = 300;
/** A graph of more assets is first shown as a whole, however small. */
const OVERVIEW_ABOVE = 60;
const COMPACT_HEIGHT = 52;
const DOUBLE_CLICK_MS = 400;

/** What the pane reports to its owner. */
export interface PaneEvents {
  select: (key: string | null) => void;
  open: (key: string) => void;
  materialize: (key: string) => void;
}

/** The drawing itself: cards, edges, hover, selection and the keyboard. */
export class GraphPane {
  readonly viewport: Viewport;
  private assets = new Map<string, AssetView>();
  private cards = new Map<string, Card>();
  private lines: EdgeLine[] = [];
  private lineage = new Lineage([]);
  private placed: Layout | undefined;
  private options: LayoutOptions = DEFAULT_OPTIONS;
  private signature = '';
  private selected: string | null = null;
  private hovered: string | null = null;
  private found: ReadonlySet<string> | null = null;
  private current: string | null = null;
  private revealing = 0;
  private readonly edgeLayer = svgElement('svg', { class: 'daglab-edges', 'aria-hidden': 'true' });
  private readonly cardLayer = element('div', {
    class: 'daglab-cards',
    attrs: { role: 'group', 'aria-label': 'Asset graph' }
  });

  constructor(private readonly events: PaneEvents) {
    this.viewport = new Viewport(() => this.mount());
    this.viewport.stage.append(this.edgeLayer, this.cardLayer);
    const node = this.viewport.node;
    node.addEventListener('click', event => this.events.select(keyAt(event)));
    node.addEventListener('dblclick', event => {
      const key = keyAt(event);
      if (key !== null) {
        this.events.materialize(key);
      }
    });
    this.cardLayer.addEventListener('pointerover', event => this.hover(keyAt(event)));
    this.cardLayer.addEventListener('pointerleave', () => this.hover(null));
    this.cardLayer.addEventListener('focusin', event => this.focusIn(keyAt(event)));
    this.cardLayer.addEventListener('focusout', () => this.hover(null));
    this.cardLayer.addEventListener('keydown', this.keydown);
  }

  /** Show a graph. Only a changed structure is laid out anew. Returns whether it was. */
  update(graph: GraphView): boolean {
    this.assets = new Map(graph.assets.map(asset => [asset.key, asset]));
    const tall = graph.assets.some(
      asset => asset.kinds.length || asset.checks.some(check => check.passed === false)
    );
    const nodeHeight = tall ? DEFAULT_OPTIONS.nodeHeight : COMPACT_HEIGHT;
    const signature = JSON.stringify([nodeHeight, [...this.assets.keys()], graph.edges]);
    const changed = signature !== this.signature;
    if (changed) {
      this.signature = signature;
      this.options = { ...DEFAULT_OPTIONS, nodeHeight };
      this.relayout(graph);
    }
    const now = Date.now();
    this.cards.forEach((card, key) => card.update(this.assets.get(key)!, now));
    return changed;
  }

  /** The height at which the graph is shown best in the width given. */
  preferredHeight(width: number): number {
    const scale = this.viewport.fittingScale(READABLE, width, Infinity);
    return Math.ceil((this.placed?.height ?? 0) * scale) + 56;
  }

  /** The first look: all of a large graph; of others all that stays readable, from the left. */
  home(): void {
    const [first] = this.assets.keys();
    const least = this.assets.size > OVERVIEW_ABOVE ? undefined : READABLE;
    this.viewport.fit(least, this.placed?.nodes.get(first)?.y);
  }

  /** Mark the selection; the view adapts once a second click on it can no longer miss. */
  select(key: string | null): void {
    this.selected = key;
    this.emphasize();
    clearTimeout(this.revealing);
    this.revealing = window.setTimeout(() => this.adapt(), DOUBLE_CLICK_MS);
  }

  /** Fit the graph into the room there is, unless the user has chosen a view; keep the selection in it. */
  adapt(): void {
    if (!this.viewport.moved) {
      this.home();
    }
    if (this.selected !== null) {
      this.reveal(this.selected);
    }
  }

  /** Mark what a search found; null ends the search. */
  find(found: ReadonlySet<string> | null): void {
    this.found = found;
    this.emphasize();
  }

  reveal(key: string): void {
    const place = this.placed?.nodes.get(key);
    if (place) {
      const { nodeWidth, nodeHeight } = this.options;
      this.viewport.reveal({ ...place, width: nodeWidth, height: nodeHeight });
    }
  }

  focus(key: string): void {
    this.reveal(key);
    this.current = key;
    this.mount();
    this.cards.get(key)?.node.focus({ preventScroll: true });
  }

  tick(now: number): void {
    this.cards.forEach(card => card.tick(now));
  }

  dispose(): void {
    clearTimeout(this.revealing);
    this.viewport.dispose();
  }

  private relayout(graph: GraphView): void {
    this.placed = layout(
      { keys: [...this.assets.keys()], edges: graph.edges },
      this.options,
      this.placed
    );
    const { nodes, edges, width, height } = this.placed;
    this.lineage = new Lineage(edges);
    this.lines = edges.map(route => new EdgeLine(route));
    this.edgeLayer.replaceChildren();
    this.edgeLayer.setAttribute('width', String(width));
    this.edgeLayer.setAttribute('height', String(height));
    this.viewport.setContent(width, height);
    this.cards.forEach((card, key) => {
      if (!nodes.has(key)) {
        card.node.remove();
        this.cards.delete(key);
      }
    });
    if (this.current === null || !nodes.has(this.current)) {
      this.current = graph.assets[0]?.key ?? null;
    }
    this.mount();
  }

  /** Have the cards and edges of the window in the page, and no others if there are many. */
  private mount(): void {
    if (!this.placed) {
      return;
    }
    const all = this.placed.nodes.size <= CULL_ABOVE;
    const window = this.viewport.visible();
    const { nodeWidth: width, nodeHeight: height } = this.options;
    const now = Date.now();
    for (const [key, place] of this.placed.nodes) {
      const wanted = all || key === this.current || overlap({ ...place, width, height }, window);
      let card = this.cards.get(key);
      if (wanted && !card) {
        card = new Card(this.assets.get(key)!, now);
        this.cards.set(key, card);
        this.cardLayer.append(card.node);
      } else if (!wanted && card) {
        card.node.remove();
        this.cards.delete(key);
      }
      if (wanted) {
        card!.moveTo(place, width, height);
        card!.node.tabIndex = key === this.current ? 0 : -1;
      }
    }
    for (const line of this.lines) {
      const wanted = all || overlap(line.box, window);
      if (wanted !== (line.node.parentNode !== null)) {
        if (wanted) {
          this.edgeLayer.append(line.node);
        } else {
          line.node.remove();
        }
      }
    }
    this.emphasize();
  }

  private emphasize(): void {
    const lit = this.hovered === null ? null : this.lineage.around(this.hovered);
    const shown = lit ?? this.found;
    this.cards.forEach((card, key) =>
      card.emphasize({
        selected: key === this.selected,
        lit: Boolean(this.found?.has(key)) || key === this.hovered,
        dim: shown !== null && !shown.has(key)
      })
    );
    for (const line of this.lines) {
      const both = lit !== null && lit.has(line.route.source) && lit.has(line.route.target);
      if (line.node.parentNode) {
        line.emphasize(both, shown !== null && !both);
      }
    }
  }

  private hover(key: string | null): void {
    if (key !== this.hovered) {
      this.hovered = key;
      this.emphasize();
    }
  }

  private focusIn(key: string | null): void {
    if (key === null) {
      return;
    }
    if (this.current !== null) {
      this.cards.get(this.current)?.node.setAttribute('tabindex', '-1');
    }
    this.current = key;
    this.cards.get(key)?.node.setAttribute('tabindex', '0');
    if (this.cards.get(key)?.node.matches(':focus-visible')) {
      this.hover(key);
      this.reveal(key);
    }
  }

  private keydown = (event: KeyboardEvent): void => {
    const key = keyAt(event);
    if (key === null || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.key === 'Enter' || event.key === ' ') {
      this.events.open(key);
    } else if (event.key.startsWith('Arrow')) {
      const next = this.neighbour(key, event.key);
      if (next !== null) {
        this.focus(next);
      }
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  /** The nearest card in the direction of an arrow key; sideways distance counts double. */
  private neighbour(key: string, arrow: string): string | null {
    const from = this.placed?.nodes.get(key);
    let best: string | null = null;
    let least = Infinity;
    for (const [other, place] of from ? this.placed!.nodes : []) {
      const dx = place.x - from!.x;
      const dy = place.y - from!.y;
      const along = { ArrowRight: dx, ArrowLeft: -dx, ArrowDown: dy, ArrowUp: -dy }[arrow] ?? 0;
      const across = arrow === 'ArrowRight' || arrow === 'ArrowLeft' ? dy : dx;
      const distance = along + 2 * Math.abs(across);
      if (along > 0 && distance < least) {
        least = distance;
        best = other;
      }
    }
    return best;
  }
}

function keyAt(event: Event): string | null {
  const card = (event.target as Element).closest<HTMLElement>('.daglab-card');
  return card?.dataset.key ?? null;
}
