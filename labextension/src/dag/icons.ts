import { AssetStatus, AssetView, RunStatus } from '../wire/views';
import { svgElement } from './dom';

/** Strokes on a 16 px grid; a leading "#" marks a shape that is filled. */
const GLYPHS = {
  never: ['M8 2.75a5.25 5.25 0 1 1 0 10.5a5.25 5.25 0 1 1 0-10.5'],
  fresh: ['#M8 2a6 6 0 1 1 0 12a6 6 0 1 1 0-12', '!M5.4 8.2l1.8 1.8l3.5-3.7'],
  stale: ['M13.25 8a5.25 5.25 0 1 1-1.7-3.86', 'M13.25 2.2v2.6h-2.6', 'M8 5.4v2.8l1.8 1.2'],
  missing: ['M8 2.75a5.25 5.25 0 1 1 0 10.5a5.25 5.25 0 1 1 0-10.5', 'M4.4 11.6l7.2-7.2'],
  queued: [
    'M8 2.75a5.25 5.25 0 1 1 0 10.5a5.25 5.25 0 1 1 0-10.5',
    'M5.6 8h.01',
    'M8 8h.01',
    'M10.4 8h.01'
  ],
  running: [
    '~M8 2.75a5.25 5.25 0 1 1 0 10.5a5.25 5.25 0 1 1 0-10.5',
    'M8 2.75a5.25 5.25 0 0 1 5.25 5.25'
  ],
  failed: ['#M8 2a6 6 0 1 1 0 12a6 6 0 1 1 0-12', '!M6 6l4 4M10 6l-4 4'],
  external: ['M6.5 3.5h-3v9h9v-3', 'M9 3.5h3.5V7', 'M12.5 3.5L7.5 8.5'],
  warning: ['M8 2.6l5.9 10.4H2.1z', 'M8 6.4v3', 'M8 11.2h.01'],
  info: ['M8 2.75a5.25 5.25 0 1 1 0 10.5a5.25 5.25 0 1 1 0-10.5', 'M8 7.4v3.2', 'M8 5.3h.01'],
  plus: ['M8 3.5v9M3.5 8h9'],
  minus: ['M3.5 8h9'],
  fit: ['M3 6V3h3', 'M10 3h3v3', 'M13 10v3h-3', 'M6 13H3v-3'],
  close: ['M4 4l8 8M12 4l-8 8'],
  play: ['#M5 3.4v9.2l7.4-4.6z'],
  stop: ['#M4 4h8v8h-8z'],
  refresh: ['M12.9 6.6a5.1 5.1 0 1 0 .2 2.6', 'M13.2 3.2v3.4h-3.4'],
  search: ['M7 3a4 4 0 1 1 0 8a4 4 0 1 1 0-8', 'M10 10l3.2 3.2'],
  canceled: ['M8 2.75a5.25 5.25 0 1 1 0 10.5a5.25 5.25 0 1 1 0-10.5', 'M5.6 8h4.8']
} as const satisfies Record<string, readonly string[]>;

export type GlyphName = keyof typeof GLYPHS;

/** A glyph as an inline SVG that takes the colour of the text around it. */
export function glyph(name: GlyphName): SVGElement {
  const icon = svgElement('svg', {
    viewBox: '0 0 16 16',
    width: '16',
    height: '16',
    'aria-hidden': 'true',
    class: `daglab-glyph daglab-glyph-${name}`
  });
  for (const shape of GLYPHS[name]) {
    const mark = '#!~'.includes(shape[0]) ? shape[0] : '';
    const kind = { '#': 'solid', '!': 'cut', '~': 'track', '': 'line' }[mark];
    icon.append(svgElement('path', { d: shape.slice(mark.length), class: `daglab-glyph-${kind}` }));
  }
  return icon;
}

/** The glyph of a status, coloured by it. */
export function statusGlyph(status: AssetStatus | 'external'): SVGElement {
  const icon = glyph(status);
  icon.classList.add('daglab-state', `daglab-state-${status}`);
  return icon;
}

/** The glyph of an asset: its status, or that it is external. */
export function assetGlyph(asset: AssetView): SVGElement {
  return statusGlyph(asset.external ? 'external' : asset.status);
}

const RUN_STATE: Record<RunStatus, AssetStatus | 'canceled'> = {
  QUEUED: 'queued',
  NOT_STARTED: 'queued',
  STARTING: 'running',
  STARTED: 'running',
  SUCCESS: 'fresh',
  FAILURE: 'failed',
  CANCELING: 'canceled',
  CANCELED: 'canceled'
};

/** The glyph of a run's status. */
export function runGlyph(status: RunStatus): SVGElement {
  const state = RUN_STATE[status];
  if (state !== 'canceled') {
    return statusGlyph(state);
  }
  const icon = glyph('canceled');
  icon.classList.add('daglab-state', 'daglab-state-never');
  return icon;
}
