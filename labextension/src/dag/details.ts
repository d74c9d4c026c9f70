import { AssetView, CheckView, MaterializeRequest } from '../wire/views';
import { button, element, setText } from './dom';
import { absolute, ago, duration, elapsed, rows, size } from './format';
import { assetGlyph, glyph, statusGlyph } from './icons';
import { isAtWork, statusWord } from './status';

/** What the details ask their owner for. */
export interface DetailsEvents {
  materialize: (request: MaterializeRequest) => void;
  select: (key: string) => void;
  close: () => void;
  /** Go to where the asset is defined; left out where the host cannot. */
  openSource?: (asset: AssetView) => void;
}

/** An asset with its neighbours in the graph. */
export interface DetailsContent {
  asset: AssetView;
  /** Nothing can be asked for. */
  frozen: boolean;
  upstream: string[];
  downstream: string[];
}

/** Everything about one asset, beside or below the graph. */
export class Details {
  readonly node = element('aside', {
    class: 'daglab-details',
    attrs: { 'aria-label': 'Asset details' }
  });
  private signature = '';
  private tickers: ((now: number) => void)[] = [];

  constructor(private readonly events: DetailsEvents) {
    this.node.hidden = true;
    this.node.addEventListener('keydown', event => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        this.events.close();
      }
    });
  }

  /** Show an asset, or nothing. What is unchanged is not drawn again, so focus stays. */
  show(content: DetailsContent | null): void {
    this.node.hidden = content === null;
    const signature = content ? JSON.stringify(content) : '';
    if (signature === this.signature) {
      return;
    }
    const focused = this.node.contains(document.activeElement)
      ? document.activeElement!.getAttribute('data-daglab')
      : null;
    const scrolled = this.node.scrollTop;
    this.signature = signature;
    this.tickers = [];
    this.node.replaceChildren(...(content ? this.sections(content) : []));
    this.tick(Date.now());
    this.node.scrollTop = scrolled;
    if (focused) {
      this.node.querySelector<HTMLElement>(`[data-daglab="${CSS.escape(focused)}"]`)?.focus();
    }
  }

  focus(): void {
    this.node.querySelector<HTMLElement>('button')?.focus({ preventScroll: true });
  }

  tick(now: number): void {
    this.tickers.forEach(ticker => ticker(now));
  }

  private sections({ asset, frozen, upstream, downstream }: DetailsContent): HTMLElement[] {
    return [
      this.header(asset),
      statusLine(asset),
      asset.error ? element('pre', { class: 'daglab-error', text: asset.error }) : null,
      asset.description
        ? element('p', { class: 'daglab-description', text: asset.description })
        : null,
      asset.external ? null : this.actions(asset, frozen),
      checks(asset.checks),
      this.facts(asset, upstream, downstream)
    ].filter(section => section !== null);
  }

  private header(asset: AssetView): HTMLElement {
    return element('header', {
      class: 'daglab-details-head',
      children: [
        element('h3', { class: 'daglab-details-name', text: asset.key, title: asset.key }),
        button({
          label: 'Close',
          action: 'close-details',
          icon: glyph('close'),
          iconOnly: true,
          class: 'daglab-mod-quiet',
          onClick: this.events.close
        })
      ]
    });
  }

  private actions(asset: AssetView, frozen: boolean): HTMLElement {
    const action = (label: string, selection: MaterializeRequest['selection'], title: string) => {
      const node = button({
        label,
        action: `materialize-${selection}`,
        title: isAtWork(asset) ? 'A run is already at work on it' : title,
        onClick: () => this.events.materialize({ selection, key: asset.key })
      });
      node.disabled = frozen || isAtWork(asset);
      return node;
    };
    return element('div', {
      class: 'daglab-actions',
      children: [
        action('Materialize', 'asset', 'Make this asset from the inputs there are'),
        action('With upstream', 'upstream', 'Make it with everything it needs'),
        action('With downstream', 'downstream', 'Make it and everything made from it')
      ]
    });
  }

  private facts(asset: AssetView, upstream: string[], downstream: string[]): HTMLElement {
    const list = element('dl', { class: 'daglab-facts' });
    const add = (term: string, value: Node | string | null) => {
      if (value !== null && value !== '') {
        list.append(element('dt', { text: term }), element('dd', { children: [toNode(value)] }));
      }
    };
    if (asset.status === 'running' && asset.started_at) {
      add('Running for', this.time(asset.started_at, elapsed));
    }
    add('Last made', asset.materialized_at && this.time(asset.materialized_at, ago));
    add('Took', asset.seconds === null ? null : duration(asset.seconds));
    add('Rows', asset.rows === null ? null : rows(asset.rows).replace(/ rows?$/, ''));
    add('Size', asset.bytes === null ? null : size(asset.bytes));
    add('Upstream', this.neighbours(upstream));
    add('Downstream', this.neighbours(downstream));
    add('Defined in', this.source(asset));
    add('Data version', asset.data_version && code(asset.data_version));
    add('Code version', asset.code_version && code(asset.code_version));
    add('Group', asset.group === 'default' ? '' : asset.group);
    add('Kinds', asset.kinds.join(', '));
    add('Owners', asset.owners.join(', '));
    for (const [name, value] of Object.entries(asset.tags)) {
      add(name, value || 'yes');
    }
    return list;
  }

  private time(time: string, words: (time: string, now: number) => string): HTMLElement {
    const node = element('time', { title: absolute(time), attrs: { datetime: time } });
    this.tickers.push(now => setText(node, words(time, now)));
    return node;
  }

  private source(asset: AssetView): Node | string {
    const text = asset.cell === null ? asset.location : `${asset.location}, cell ${asset.cell}`;
    const { openSource } = this.events;
    if (!openSource || !asset.location) {
      return text;
    }
    return link(text, 'open-source', () => openSource(asset));
  }

  private neighbours(keys: string[]): HTMLElement | null {
    if (!keys.length) {
      return null;
    }
    const items = keys.map(key =>
      element('li', { children: [link(key, `select:${key}`, () => this.events.select(key))] })
    );
    return element('ul', { class: 'daglab-keys', children: items });
  }
}

function statusLine(asset: AssetView): HTMLElement {
  const reason = asset.reason && asset.reason !== asset.error ? asset.reason : '';
  return element('div', {
    class: 'daglab-status-line',
    children: [
      assetGlyph(asset),
      element('span', {
        children: [
          element('span', { class: 'daglab-card-word', text: statusWord(asset) }),
          reason ? element('span', { class: 'daglab-reason', text: reason }) : null
        ]
      })
    ]
  });
}

function checks(list: CheckView[]): HTMLElement | null {
  if (!list.length) {
    return null;
  }
  const items = list.map(check => {
    const grave = check.severity === 'ERROR' ? 'failed' : 'stale';
    const state = check.passed === null ? 'never' : check.passed ? 'fresh' : grave;
    const verdict = check.passed === null ? 'Not run' : check.passed ? 'Passed' : 'Failed';
    return element('li', {
      class: 'daglab-check',
      title: check.at ? absolute(check.at) : '',
      children: [
        check.passed === false && grave === 'stale' ? warning() : statusGlyph(state),
        element('span', { class: 'daglab-check-name', text: check.name, title: check.description }),
        element('span', { class: 'daglab-check-verdict', text: verdict }),
        check.message
          ? element('span', { class: 'daglab-check-message', text: check.message })
          : null
      ]
    });
  });
  return section('Checks', element('ul', { class: 'daglab-checks', children: items }));
}

function warning(): SVGElement {
  const icon = glyph('warning');
  icon.classList.add('daglab-state', 'daglab-state-stale');
  return icon;
}

function section(title: string, body: HTMLElement): HTMLElement {
  return element('section', {
    children: [element('h4', { class: 'daglab-heading', text: title }), body]
  });
}

function code(version: string): HTMLElement {
  return element('code', { class: 'daglab-code', text: version.slice(0, 12), title: version });
}

function link(text: string, action: string, onClick: () => void): HTMLButtonElement {
  return element('button', {
    class: 'daglab-link',
    text,
    attrs: { type: 'button', 'data-daglab': action },
    on: { click: onClick }
  });
}

function toNode(value: Node | string): Node {
  return typeof value === 'string' ? document.createTextNode(value) : value;
}
