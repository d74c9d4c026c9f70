import { TranslationBundle } from '@jupyterlab/translation';
import { button, element, setText, setTitle } from '../dag/dom';
import { ago, elapsed, rows as rowCount } from '../dag/format';
import { assetGlyph, glyph } from '../dag/icons';
import { isAtWork, statusWord } from '../dag/status';
import { AssetView } from '../wire/views';
import { KeyedList, Row } from './keyed-list';

export interface AssetListEvents {
  open: (asset: AssetView) => void;
  openLocation: (location: string) => void;
  materialize: (key: string) => void;
}

type Item =
  | { kind: 'location'; location: string }
  | { kind: 'group'; location: string; group: string }
  | { kind: 'asset'; asset: AssetView };

/** The assets by notebook, then by group. */
export class AssetList {
  readonly node = element('ul', { class: 'daglab-list', attrs: { 'data-daglab': 'assets' } });
  private readonly list: KeyedList<Item>;

  constructor(events: AssetListEvents, trans: TranslationBundle) {
    this.list = new KeyedList(this.node, keyOf, item =>
      item.kind === 'asset' ? new AssetRow(item.asset, events, trans) : heading(item, events, trans)
    );
  }

  update(assets: readonly AssetView[]): void {
    this.list.update(arrange(assets));
  }

  tick(now: number): void {
    this.list.tick(now);
  }
}

function keyOf(item: Item): string {
  switch (item.kind) {
    case 'location':
      return `location:${item.location}`;
    case 'group':
      return `group:${item.location}:${item.group}`;
    case 'asset':
      return `asset:${item.asset.key}`;
  }
}

/** Headings and assets in the order shown: as they come, the default group first. */
function arrange(assets: readonly AssetView[]): Item[] {
  const places = new Map<string, Map<string, AssetView[]>>();
  const elsewhere = (asset: AssetView) => Number(asset.external || !asset.location);
  for (const asset of [...assets].sort((a, b) => elsewhere(a) - elsewhere(b))) {
    const location = asset.external ? '' : asset.location;
    const group = asset.external ? 'default' : asset.group;
    const groups = places.get(location) ?? new Map<string, AssetView[]>();
    places.set(location, groups);
    groups.set(group, [...(groups.get(group) ?? []), asset]);
  }
  return [...places].flatMap(([location, groups]) => [
    { kind: 'location' as const, location },
    ...[...groups]
      .sort(([a], [b]) => Number(b === 'default') - Number(a === 'default'))
      .flatMap(([group, members]) => [
        ...(group && group !== 'default' ? [{ kind: 'group' as const, location, group }] : []),
        ...members.map(asset => ({ kind: 'asset' as const, asset }))
      ])
  ]);
}

function heading(
  item: Exclude<Item, { kind: 'asset' }>,
  events: AssetListEvents,
  trans: TranslationBundle
): Row<Item> {
  const { location } = item;
  if (item.kind === 'group') {
    return {
      node: element('li', { class: 'daglab-row-group', text: item.group }),
      update: () => undefined
    };
  }
  const name = location
    ? element('button', {
        class: 'daglab-row-location',
        text: location,
        title: trans.__('Open %1', location),
        attrs: { type: 'button' },
        on: { click: () => events.openLocation(location) }
      })
    : element('span', { class: 'daglab-row-location', text: trans.__('Defined elsewhere') });
  return { node: element('li', { children: [name] }), update: () => undefined };
}

class AssetRow implements Row<Item> {
  readonly node: HTMLLIElement;
  private readonly icon = element('span', { class: 'daglab-row-icon' });
  private readonly name = element('span', { class: 'daglab-row-name' });
  private readonly fact = element('span', { class: 'daglab-row-fact' });
  private readonly main: HTMLButtonElement;
  private readonly play: HTMLButtonElement;

  constructor(
    private asset: AssetView,
    events: AssetListEvents,
    private readonly trans: TranslationBundle
  ) {
    this.main = element('button', {
      class: 'daglab-row-main',
      attrs: { type: 'button' },
      on: { click: () => events.open(this.asset) },
      children: [this.icon, this.name, this.fact]
    });
    this.play = button({
      label: trans.__('Materialize %1', asset.key),
      action: 'materialize-asset',
      icon: glyph('play'),
      iconOnly: true,
      class: 'daglab-mod-quiet daglab-row-action',
      onClick: () => events.materialize(this.asset.key)
    });
    this.node = element('li', {
      class: 'daglab-row',
      attrs: { 'data-key': asset.key },
      children: [this.main, this.play]
    });
  }

  update(item: Item): void {
    if (item.kind !== 'asset') {
      return;
    }
    const { asset } = item;
    this.asset = asset;
    this.node.dataset.status = asset.status;
    this.icon.replaceChildren(assetGlyph(asset));
    setText(this.name, asset.name);
    const about = [
      asset.key,
      asset.reason ? `${statusWord(asset)}: ${asset.reason}` : statusWord(asset),
      asset.error ?? '',
      asset.rows === null ? '' : rowCount(asset.rows)
    ];
    setTitle(this.main, about.filter(line => line).join('\n'));
    this.play.hidden = asset.external;
    this.play.disabled = isAtWork(asset);
    this.tick(Date.now());
  }

  tick(now: number): void {
    const { asset } = this;
    const fact = factOf(asset, now);
    setText(this.fact, fact);
    const label = this.trans.__('%1, %2', asset.key, statusWord(asset));
    this.main.setAttribute('aria-label', fact === statusWord(asset) ? label : `${label}, ${fact}`);
  }
}

/** On the right: how old what is fresh is, else the word of the state. */
function factOf(asset: AssetView, now: number): string {
  if (asset.status === 'running' && asset.started_at) {
    return `${statusWord(asset)} ${elapsed(asset.started_at, now)}`;
  }
  if (asset.status === 'fresh' && asset.materialized_at) {
    return ago(asset.materialized_at, now);
  }
  return statusWord(asset);
}
