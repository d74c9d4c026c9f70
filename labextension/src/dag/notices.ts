import { FindingView, Problem } from '../wire/views';
import { button, element } from './dom';
import { glyph, GlyphName } from './icons';

const FINDING: Record<FindingView['severity'], { icon: GlyphName; word: string; state: string }> = {
  error: { icon: 'failed', word: 'Error', state: 'failed' },
  warning: { icon: 'warning', word: 'Warning', state: 'stale' },
  info: { icon: 'info', word: 'Note', state: 'never' }
};

/** Refusals by which nothing is lost: what was wanted is so already. */
const QUIET: readonly string[] = ['Everything is fresh', 'The run is over'];

/** Whether a problem is none to worry about, so that a passing line says enough. */
export function isQuiet(problem: Problem): boolean {
  return QUIET.includes(problem.title);
}

/** How long a passing line stays. */
export const PASSING_MS = 4000;

/** What went wrong with the last request, until it is dismissed. */
export function problemBanner(problem: Problem, dismiss: () => void): HTMLElement {
  const icon = glyph('failed');
  icon.classList.add('daglab-state', 'daglab-state-failed');
  const line = (name: string, text: string) =>
    text ? element('div', { class: `daglab-problem-${name}`, text }) : null;
  return element('div', {
    class: 'daglab-problem',
    attrs: { role: 'alert' },
    children: [
      icon,
      element('div', {
        class: 'daglab-problem-text',
        children: [
          line('title', problem.title),
          line('detail', problem.detail),
          line(
            'hint',
            problem.hint.replace(/^[a-z](?=[a-z]* )/, letter => letter.toUpperCase())
          )
        ]
      }),
      button({
        label: 'Dismiss',
        action: 'dismiss-problem',
        icon: glyph('close'),
        iconOnly: true,
        class: 'daglab-mod-quiet',
        onClick: dismiss
      })
    ]
  });
}

/** "flights.ipynb, cell 3, line 2". */
export function whereabouts(finding: FindingView): string {
  return [
    finding.location,
    finding.cell === null ? '' : `cell ${finding.cell}`,
    finding.line === null ? '' : `line ${finding.line}`
  ]
    .filter(part => part)
    .join(', ');
}

/** The findings of the analysis as a list; with `open`, a click leads to the place. */
export function findingsList(
  findings: readonly FindingView[],
  open?: (finding: FindingView) => void
): HTMLElement {
  const items = findings.map(finding => {
    const { icon, word, state } = FINDING[finding.severity];
    const mark = glyph(icon);
    mark.classList.add('daglab-state', `daglab-state-${state}`);
    const place = whereabouts(finding);
    return element('li', {
      class: 'daglab-finding',
      children: [
        mark,
        element('span', { class: 'daglab-card-word', text: word }),
        open && finding.location
          ? element('button', {
              class: 'daglab-link',
              text: place,
              attrs: { type: 'button' },
              on: { click: () => open(finding) }
            })
          : element('span', { class: 'daglab-finding-place', text: place }),
        element('span', { class: 'daglab-finding-message', text: finding.message })
      ]
    });
  });
  return element('ul', {
    class: 'daglab-findings',
    attrs: { 'aria-label': 'Findings' },
    children: items
  });
}

/** What to do where there are no assets yet. */
export function emptyState(): HTMLElement {
  return element('div', {
    class: 'daglab-empty',
    children: [
      element('div', { class: 'daglab-empty-title', text: 'No assets yet' }),
      element('div', {
        children: [
          document.createTextNode('Start a cell with '),
          element('code', { class: 'daglab-code', text: '%%asset' }),
          document.createTextNode(', bind a variable in it and run it. It shows up here.')
        ]
      })
    ]
  });
}
