import { element } from './dom';

const MAX_SCALE = 2;
const MIN_SCALE = 0.04;
const DRAG_THRESHOLD = 4;
const MARGIN = 20;
/** Below these, cards have larger words, then name and icon only, then only the colour of their state. */
const AWAY = 0.75;
const FAR = 0.45;
const FARTHER = 0.2;

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A window on a plane that can be dragged and zoomed. `changed` is called at most once a frame. */
export class Viewport {
  readonly node = element('div', { class: 'daglab-viewport' });
  readonly stage = element('div', { class: 'daglab-stage' });
  scale = 1;
  /** Whether the user has moved the view, so that new content must not. */
  moved = false;
  private x = MARGIN;
  private y = MARGIN;
  private content = { width: 0, height: 0 };
  private frame = 0;

  constructor(private readonly changed: () => void) {
    this.node.append(this.stage);
    this.node.addEventListener('pointerdown', this.startDrag);
    this.node.addEventListener('wheel', this.wheel, { passive: false });
    // focusing a card outside the window makes browsers scroll; the plane is moved instead
    this.node.addEventListener('scroll', () => this.node.scrollTo(0, 0));
  }

  setContent(width: number, height: number): void {
    this.content = { width, height };
  }

  /** The scale at which all fits, between the least given and 1. */
  fittingScale(least: number, width: number, height: number): number {
    const wide = (width - 2 * MARGIN) / Math.max(1, this.content.width);
    const high = (height - 2 * MARGIN) / Math.max(1, this.content.height);
    return Math.max(least, Math.min(1, wide, high));
  }

  /**
   * Show all of it; what does not fit at the least scale is shown from the left, at the height
   * of `anchor`.
   */
  fit(least = MIN_SCALE, anchor = 0): void {
    const { clientWidth, clientHeight } = this.node;
    this.scale = this.fittingScale(least, clientWidth, clientHeight);
    const spare = (outer: number, inner: number) =>
      Math.max(MARGIN, Math.round((outer - inner * this.scale) / 2));
    this.x = spare(clientWidth, this.content.width);
    this.y = spare(clientHeight, this.content.height);
    if (this.content.height * this.scale > clientHeight - 2 * MARGIN) {
      const lowest = clientHeight - MARGIN - this.content.height * this.scale;
      this.y = Math.max(lowest, Math.min(MARGIN, clientHeight / 2 - anchor * this.scale));
    }
    this.moved = false;
    this.apply();
  }

  /** Zoom around a point of the window, by default its middle. */
  zoomBy(factor: number, atX = this.node.clientWidth / 2, atY = this.node.clientHeight / 2): void {
    const scale = Math.min(MAX_SCALE, Math.max(MIN_SCALE, this.scale * factor));
    this.x = atX - ((atX - this.x) * scale) / this.scale;
    this.y = atY - ((atY - this.y) * scale) / this.scale;
    this.scale = scale;
    this.moved = true;
    this.apply();
  }

  /** Move just as far as is needed to have the box in the window. */
  reveal(box: Box): void {
    const shift = (low: number, high: number, limit: number) =>
      low < MARGIN
        ? MARGIN - low
        : high > limit - MARGIN
          ? Math.max(limit - MARGIN - high, MARGIN - low)
          : 0;
    const left = box.x * this.scale + this.x;
    const top = box.y * this.scale + this.y;
    this.x += shift(left, left + box.width * this.scale, this.node.clientWidth);
    this.y += shift(top, top + box.height * this.scale, this.node.clientHeight);
    this.apply();
  }

  /** The part of the plane that is in the window, with a margin around it. */
  visible(): Box {
    const margin = 200;
    return {
      x: (-this.x - margin) / this.scale,
      y: (-this.y - margin) / this.scale,
      width: (this.node.clientWidth + 2 * margin) / this.scale,
      height: (this.node.clientHeight + 2 * margin) / this.scale
    };
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    this.node.remove();
  }

  private apply(): void {
    this.stage.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
    this.stage.style.setProperty('--daglab-scale', String(this.scale));
    this.node.classList.toggle('daglab-mod-away', this.scale < AWAY);
    this.node.classList.toggle('daglab-mod-far', this.scale < FAR);
    this.node.classList.toggle('daglab-mod-farther', this.scale < FARTHER);
    if (!this.frame) {
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        this.changed();
      });
    }
  }

  /** The page keeps its wheel; with ctrl or command (which a pinch also sends) it zooms. */
  private wheel = (event: WheelEvent): void => {
    if (!event.ctrlKey && !event.metaKey) {
      return;
    }
    event.preventDefault();
    const frame = this.node.getBoundingClientRect();
    const steps = event.deltaMode === 0 ? event.deltaY / 100 : event.deltaY / 3;
    this.zoomBy(Math.exp(-steps * 0.25), event.clientX - frame.left, event.clientY - frame.top);
  };

  private startDrag = (start: PointerEvent): void => {
    if (start.button !== 0 || (start.target as Element).closest('button')) {
      return;
    }
    const origin = { x: this.x, y: this.y };
    let dragging = false;
    const move = (event: PointerEvent) => {
      const dx = event.clientX - start.clientX;
      const dy = event.clientY - start.clientY;
      if (!dragging && Math.hypot(dx, dy) < DRAG_THRESHOLD) {
        return;
      }
      if (!dragging) {
        dragging = true;
        this.node.setPointerCapture(start.pointerId);
        this.node.classList.add('daglab-mod-dragging');
      }
      this.x = origin.x + dx;
      this.y = origin.y + dy;
      this.moved = true;
      this.apply();
    };
    const end = () => {
      this.node.removeEventListener('pointermove', move);
      this.node.removeEventListener('pointerup', end);
      this.node.removeEventListener('pointercancel', end);
      this.node.classList.remove('daglab-mod-dragging');
      if (dragging) {
        this.swallowClick();
      }
    };
    this.node.addEventListener('pointermove', move);
    this.node.addEventListener('pointerup', end);
    this.node.addEventListener('pointercancel', end);
  };

  /** The click that ends a drag selects nothing. */
  private swallowClick(): void {
    const swallow = (event: Event) => event.stopPropagation();
    this.node.addEventListener('click', swallow, { capture: true, once: true });
    setTimeout(() => this.node.removeEventListener('click', swallow, { capture: true }));
  }
}
