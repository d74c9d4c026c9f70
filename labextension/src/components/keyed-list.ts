/** A row that can be updated in place, so that hover, focus and scroll survive new data. */
export interface Row<T> {
  readonly node: HTMLElement;
  update(item: T): void;
  tick?(now: number): void;
}

/** Keeps the children of an element in step with a list of items, matched by key. */
export class KeyedList<T> {
  private rows = new Map<string, Row<T>>();

  constructor(
    private readonly host: HTMLElement,
    private readonly keyOf: (item: T) => string,
    private readonly create: (item: T) => Row<T>
  ) {}

  update(items: readonly T[]): void {
    const kept = new Map<string, Row<T>>();
    let before: Element | null = this.host.firstElementChild;
    for (const item of items) {
      const key = this.keyOf(item);
      if (kept.has(key)) {
        continue;
      }
      const row = this.rows.get(key) ?? this.create(item);
      row.update(item);
      kept.set(key, row);
      this.rows.delete(key);
      if (row.node === before) {
        before = before.nextElementSibling;
      } else {
        this.host.insertBefore(row.node, before);
      }
    }
    this.rows.forEach(row => row.node.remove());
    this.rows = kept;
  }

  tick(now: number): void {
    this.rows.forEach(row => row.tick?.(now));
  }
}
