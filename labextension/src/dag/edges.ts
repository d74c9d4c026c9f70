import { svgElement } from './dom';
import { Place, Route } from './layout';
import { Box } from './viewport';

/** The way of an edge as an SVG path: level at both ends, curved between layers. */
export function pathOf(points: readonly Place[]): string {
  const [start, ...rest] = points;
  let last = start;
  let path = `M${start.x} ${start.y}`;
  for (const point of rest) {
    if (point.y === last.y) {
      path += `H${point.x}`;
    } else {
      const bend = (point.x - last.x) / 2;
      path += `C${last.x + bend} ${last.y} ${point.x - bend} ${point.y} ${point.x} ${point.y}`;
    }
    last = point;
  }
  return path;
}

/** A drawn edge with the box it lies in. */
export class EdgeLine {
  readonly node: SVGElement;
  readonly box: Box;

  constructor(readonly route: Route) {
    this.node = svgElement('path', { d: pathOf(route.points), class: 'daglab-edge' });
    const ys = route.points.map(point => point.y);
    const [low, high] = [Math.min(...ys), Math.max(...ys)];
    const start = route.points[0].x;
    this.box = { x: start, y: low, width: route.points.at(-1)!.x - start, height: high - low };
  }

  emphasize(lit: boolean, dim: boolean): void {
    this.node.classList.toggle('daglab-mod-lit', lit);
    this.node.classList.toggle('daglab-mod-dim', dim);
  }
}

/** Whether two boxes share a point. */
export function overlap(a: Box, b: Box): boolean {
  return (
    a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height
  );
}
