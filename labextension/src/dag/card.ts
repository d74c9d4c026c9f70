import { AssetView } from '../wire/views';
import { element, setText, setTitle } from './dom';
import { plural } from './format';
import { assetGlyph, glyph } from './icons';
import { Place } from './layout';
import { failedChecks, statusWord, whatMatters } from './status';

/** Characters of chips that fit in a row, alone and beside the badge of failed checks. */
const CHIP_ROOM = 30;
const CHIP_ROOM_WITH_BADGE = 14;

/** How a card stands out at the moment. */
export interface Emphasis {
  selected: boolean;
  lit: boolean;
  dim: boolean;
}

/** One asset in the graph. Keyboard and pointer events are left to bubble to the pane. */
export class Card {
  readonly node: HTMLDivElement;
  private asset: AssetView;
  private readonly icon = element('span', { class: 'daglab-card-icon' });
  private readonly prefix = element('span', { class: 'daglab-card-prefix' });
  private readonly name = element('span', { class: 'daglab-card-name' });
  private readonly word = element('span', { class: 'daglab-card-word' });
  private readonly fact = element('span', { class: 'daglab-card-fact' });
  private readonly more = element('span', { class: 'daglab-card-fact daglab-card-more' });
  private readonly foot = element('div', { class: 'daglab-card-foot' });

  constructor(asset: AssetView, now: number) {
    this.asset = asset;
    const title = element('span', {
      class: 'daglab-card-title',
      children: [this.prefix, this.name]
    });
    this.node = element('div', {
      class: 'daglab-card',
      attrs: { role: 'button', tabindex: '-1', 'data-key': asset.key },
      children: [
        element('div', { class: 'daglab-card-head', children: [this.icon, title] }),
        element('div', { class: 'daglab-card-line', children: [this.word, this.fact, this.more] }),
        this.foot,
        element('div', { class: 'daglab-card-progress', attrs: { 'aria-hidden': 'true' } })
      ]
    });
    this.draw(now);
  }

  /** Show the asset's new state; the same object again costs nothing. */
  update(asset: AssetView, now: number): void {
    if (asset !== this.asset) {
      this.asset = asset;
      this.draw(now);
    }
  }

  /** Refresh what depends on the time only. */
  tick(now: number): void {
    const [fact = '', ...more] = whatMatters(this.asset, now);
    setText(this.fact, fact);
    setText(this.more, more.join(' · '));
    const { asset } = this;
    const label = [asset.key, statusWord(asset), fact, ...more, checksLabel(asset)].filter(
      part => part
    );
    this.node.setAttribute('aria-label', label.join(', '));
  }

  moveTo({ x, y }: Place, width: number, height: number): void {
    const style = this.node.style;
    style.transform = `translate(${x}px, ${y}px)`;
    style.width = `${width}px`;
    style.height = `${height}px`;
  }

  emphasize({ selected, lit, dim }: Emphasis): void {
    this.node.classList.toggle('daglab-mod-selected', selected);
    this.node.classList.toggle('daglab-mod-lit', lit);
    this.node.classList.toggle('daglab-mod-dim', dim);
    this.node.setAttribute('aria-pressed', String(selected));
  }

  private draw(now: number): void {
    const { asset } = this;
    this.node.dataset.status = asset.status;
    this.node.classList.toggle('daglab-mod-external', asset.external);
    this.icon.replaceChildren(assetGlyph(asset));
    setText(this.name, asset.name);
    const prefixed = asset.key.endsWith(`/${asset.name}`);
    setText(this.prefix, prefixed ? asset.key.slice(0, -asset.name.length) : '');
    setText(this.word, statusWord(asset));
    setTitle(this.node, [asset.key, asset.error ?? asset.reason].filter(part => part).join('\n'));
    this.foot.replaceChildren(...chips(asset), ...badge(asset));
    this.tick(now);
  }
}

function chips(asset: AssetView): HTMLElement[] {
  let room = failedChecks(asset).length ? CHIP_ROOM_WITH_BADGE : CHIP_ROOM;
  const shown = asset.kinds.filter((kind, i) => (room -= kind.length + 2) >= 0 || i === 0);
  const more = asset.kinds.length - shown.length;
  const texts = more > 0 ? [...shown, `+${more}`] : shown;
  return texts.map(text => element('span', { class: 'daglab-chip', text }));
}

function badge(asset: AssetView): HTMLElement[] {
  const failed = failedChecks(asset);
  if (!failed.length) {
    return [];
  }
  const grave = failed.some(check => check.severity === 'ERROR');
  return [
    element('span', {
      class: `daglab-badge daglab-state-${grave ? 'failed' : 'stale'}`,
      title: failed.map(check => `${check.name}: ${check.message || 'did not pass'}`).join('\n'),
      children: [
        glyph('warning'),
        element('span', {
          class: 'daglab-badge-text',
          text: plural(failed.length, 'check') + ' failed'
        })
      ]
    })
  ];
}

function checksLabel(asset: AssetView): string {
  const failed = failedChecks(asset).length;
  return failed ? `${plural(failed, 'check')} failed` : '';
}
