import { TranslationBundle } from '@jupyterlab/translation';
import { button, element, setText, setTitle } from '../dag/dom';
import { absolute, ago, duration, elapsed } from '../dag/format';
import { glyph, runGlyph } from '../dag/icons';
import { isFinished, RUN_WORD } from '../dag/status';
import { RunView } from '../wire/views';
import { KeyedList, Row } from './keyed-list';

/** The latest runs, newest first. */
export class RunList {
  readonly node = element('ul', { class: 'daglab-list', attrs: { 'data-daglab': 'runs' } });
  private readonly list: KeyedList<RunView>;

  constructor(cancel: (runId: string) => void, trans: TranslationBundle) {
    this.list = new KeyedList(
      this.node,
      run => run.id,
      run => new RunRow(run, cancel, trans)
    );
  }

  update(runs: readonly RunView[]): void {
    this.list.update(runs);
  }

  tick(now: number): void {
    this.list.tick(now);
  }
}

class RunRow implements Row<RunView> {
  readonly node: HTMLLIElement;
  private readonly icon = element('span', { class: 'daglab-row-icon' });
  private readonly target = element('span', { class: 'daglab-row-name' });
  private readonly took = element('span', { class: 'daglab-row-fact' });
  private readonly line = element('span', { class: 'daglab-run-line' });
  private readonly cancel: HTMLButtonElement;

  constructor(
    private run: RunView,
    cancel: (runId: string) => void,
    trans: TranslationBundle
  ) {
    this.cancel = button({
      label: trans.__('Cancel this run'),
      action: 'cancel-run',
      icon: glyph('stop'),
      iconOnly: true,
      class: 'daglab-mod-quiet daglab-run-cancel',
      onClick: () => cancel(this.run.id)
    });
    this.node = element('li', {
      class: 'daglab-run',
      attrs: { 'data-run': run.id },
      children: [
        this.icon,
        element('span', {
          class: 'daglab-run-text',
          children: [
            element('span', { class: 'daglab-run-head', children: [this.target, this.took] }),
            this.line
          ]
        }),
        this.cancel
      ]
    });
  }

  update(run: RunView): void {
    this.run = run;
    this.node.dataset.status = run.status;
    this.icon.replaceChildren(runGlyph(run.status));
    // a selection quotes its keys
    setText(this.target, (run.target || run.job).replace(/"([^"\s]+)"/g, '$1'));
    this.cancel.hidden = isFinished(run.status);
    this.cancel.disabled = run.status === 'CANCELING';
    setTitle(
      this.node,
      [run.target, run.location, absolute(run.created_at), run.launched_by, run.error ?? '']
        .filter(t => t)
        .join('\n')
    );
    const share = run.steps_total ? (run.steps_done + run.steps_failed) / run.steps_total : 0;
    this.node.style.setProperty('--daglab-done', isFinished(run.status) ? '0' : String(share));
    this.tick(Date.now());
  }

  tick(now: number): void {
    const { run } = this;
    setText(this.took, tookOf(run, now));
    const steps = `${run.steps_done}/${run.steps_total}`;
    const partial = !isFinished(run.status) || run.status === 'FAILURE';
    const parts = [
      RUN_WORD[run.status],
      partial && run.steps_total ? steps : '',
      ago(run.created_at, now)
    ];
    setText(this.line, parts.filter(part => part).join(' · '));
  }
}

function tookOf(run: RunView, now: number): string {
  if (!run.started_at) {
    return '';
  }
  return run.ended_at
    ? duration((Date.parse(run.ended_at) - Date.parse(run.started_at)) / 1000)
    : elapsed(run.started_at, now);
}
