/**
 * Coordinates across the layers after Brandes and Koepf, "Fast and simple horizontal coordinate
 * assignment" (2001), with the compaction done on the graph of blocks.
 */
import { Layered, positions } from './ordering';

/** Distance that two neighbours in one layer must keep, centre to centre. */
export type Separation = (above: number, below: number) => number;

interface Alignment {
  root: Int32Array;
  align: Int32Array;
}

/** The coordinate of each node's centre within its layer, starting at about zero. */
export function assignCoordinates(
  graph: Layered,
  isDummy: (node: number) => boolean,
  separation: Separation
): Float64Array {
  const conflicts = markConflicts(graph, isDummy);
  const results: Float64Array[] = [];
  for (const fromLast of [false, true]) {
    for (const mirrored of [false, true]) {
      const layers = graph.layers.map(layer => (mirrored ? [...layer].reverse() : layer));
      if (fromLast) {
        layers.reverse();
      }
      const alignment = alignBlocks(layers, fromLast ? graph.down : graph.up, conflicts);
      const distance: Separation = mirrored ? (a, b) => separation(b, a) : separation;
      const at = compact(layers, alignment, distance);
      results.push(mirrored ? at.map(value => -value) : at);
    }
  }
  return balance(results);
}

/** Segments that cross an edge between two dummies give way, so that long edges stay straight. */
function markConflicts(graph: Layered, isDummy: (node: number) => boolean): Set<number> {
  const count = graph.down.length;
  const position = positions(graph.layers, count);
  const conflicts = new Set<number>();
  for (let i = 1; i < graph.layers.length; i++) {
    const layer = graph.layers[i];
    let low = 0;
    let scanned = 0;
    layer.forEach((node, at) => {
      const inner = isDummy(node) ? graph.up[node].find(isDummy) : undefined;
      if (inner === undefined && at !== layer.length - 1) {
        return;
      }
      const high = inner === undefined ? graph.layers[i - 1].length : position[inner];
      for (; scanned <= at; scanned++) {
        const lower = layer[scanned];
        for (const upper of graph.up[lower]) {
          const outside = position[upper] < low || position[upper] > high;
          if (outside && !(isDummy(upper) && isDummy(lower))) {
            conflicts.add(upper * count + lower);
          }
        }
      }
      low = high;
    });
  }
  return conflicts;
}

/** Chain each node to a median neighbour of the layer before where that crosses no other chain. */
function alignBlocks(layers: number[][], before: number[][], conflicts: Set<number>): Alignment {
  const count = before.length;
  const root = Int32Array.from({ length: count }, (_, i) => i);
  const align = Int32Array.from(root);
  const position = positions(layers, count);
  for (const layer of layers) {
    let last = -1;
    for (const node of layer) {
      const near = [...before[node]].sort((a, b) => position[a] - position[b]);
      const middle = (near.length - 1) / 2;
      for (let m = Math.floor(middle); near.length && m <= Math.ceil(middle); m++) {
        const other = near[m];
        const blocked = conflicts.has(other * count + node) || conflicts.has(node * count + other);
        if (align[node] === node && last < position[other] && !blocked) {
          align[other] = node;
          root[node] = root[other];
          align[node] = root[node];
          last = position[other];
        }
      }
    }
  }
  return { root, align };
}

/** Place blocks as near the start as separations allow, then draw each towards its successors. */
function compact(layers: number[][], { root }: Alignment, separation: Separation): Float64Array {
  const count = root.length;
  const next: Map<number, number>[] = Array.from({ length: count }, () => new Map());
  const waiting = new Int32Array(count);
  for (const layer of layers) {
    for (let i = 0; i + 1 < layer.length; i++) {
      const [from, to] = [root[layer[i]], root[layer[i + 1]]];
      if (!next[from].has(to)) {
        waiting[to]++;
      }
      const distance = separation(layer[i], layer[i + 1]);
      next[from].set(to, Math.max(next[from].get(to) ?? 0, distance));
    }
  }
  const order: number[] = [];
  for (let node = 0; node < count; node++) {
    if (root[node] === node && waiting[node] === 0) {
      order.push(node);
    }
  }
  const at = new Float64Array(count);
  for (let i = 0; i < order.length; i++) {
    for (const [to, distance] of next[order[i]]) {
      at[to] = Math.max(at[to], at[order[i]] + distance);
      if (--waiting[to] === 0) {
        order.push(to);
      }
    }
  }
  for (const block of order.reverse()) {
    let nearest = Infinity;
    next[block].forEach((distance, to) => (nearest = Math.min(nearest, at[to] - distance)));
    if (nearest !== Infinity) {
      at[block] = Math.max(at[block], nearest);
    }
  }
  return Float64Array.from(root, block => at[block]);
}

/** Line the four assignments up with the narrowest and take the mean of the two middle values. */
function balance(results: Float64Array[]): Float64Array {
  const spans = results.map(at => {
    let [low, high] = [Infinity, -Infinity];
    for (const value of at) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    return { low, high };
  });
  const width = (i: number) => spans[i].high - spans[i].low;
  const narrowest = results.reduce((best, _, i) => (width(i) < width(best) ? i : best), 0);
  const shift = spans.map(({ low, high }, i) =>
    i % 2 === 0 ? spans[narrowest].low - low : spans[narrowest].high - high
  );
  return results[0].map((_, node) => {
    const values = results.map((at, i) => at[node] + shift[i]).sort((a, b) => a - b);
    return (values[1] + values[2]) / 2;
  });
}
