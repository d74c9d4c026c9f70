const LIMIT_MS = 15_000;
const TICK_MS = 1000;
/** A timer that comes so late was held up: the machine slept, or the page was put aside. */
const DRIFT_MS = 5000;

/** Notices when nothing was heard for a while, as long as the page is seen. */
export class Silence {
  private since = Date.now();
  private ticked = Date.now();
  private readonly timer = window.setInterval(() => this.tick(), TICK_MS);

  /** `report` is called once a second for as long as it lasts. */
  constructor(private readonly report: () => void) {
    document.addEventListener('visibilitychange', this.heard);
  }

  /** Something was heard, or could not have been until now. */
  readonly heard = (): void => {
    this.since = Date.now();
  };

  dispose(): void {
    clearInterval(this.timer);
    document.removeEventListener('visibilitychange', this.heard);
  }

  private tick(): void {
    const now = Date.now();
    // a clock that was set back counts as drift, too
    const drift = Math.abs(now - this.ticked - TICK_MS);
    this.ticked = now;
    if (drift > DRIFT_MS) {
      this.heard();
    }
    if (document.visibilityState === 'visible' && now - this.since >= LIMIT_MS) {
      this.report();
    }
  }
}
