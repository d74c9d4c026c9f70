/** Nodes in layers; `up` and `down` hold the neighbours in the layer before and after. */
export interface Layered {
  layers: number[][];
  up: number[][];
  down: number[][];
}

const SWEEPS = 8;
/** Transposition is quadratic in effect; beyond this many nodes the medians must do. */
const TRANSPOSE_LIMIT = 4000;

/** Positions of all nodes within their layers. */
export function positions(layers: number[][], count: number): Int32Array {
  const position = new Int32Array(count);
  layers.forEach(layer => layer.forEach((node, i) => (position[node] = i)));
  return position;
}

/** How many pairs of edges cross, over all neighbouring layers. */
export function crossings(graph: Layered): number {
  const position = positions(graph.layers, graph.down.length);
  let total = 0;
  for (let i = 0; i + 1 < graph.layers.length; i++) {
    total += crossingsBetween(graph, i, position);
  }
  return total;
}

/** Counts inversions with a Fenwick tree over the positions of the second layer. */
function crossingsBetween(graph: Layered, index: number, position: Int32Array): number {
  const size = graph.layers[index + 1].length;
  const tree = new Int32Array(size + 1);
  let seen = 0;
  let total = 0;
  for (const node of graph.layers[index]) {
    const ends = graph.down[node].map(child => position[child]);
    for (const end of ends) {
      let notAbove = 0;
      for (let i = end + 1; i > 0; i -= i & -i) {
        notAbove += tree[i];
      }
      total += seen - notAbove;
    }
    for (const end of ends) {
      seen++;
      for (let i = end + 1; i <= size; i += i & -i) {
        tree[i]++;
      }
    }
  }
  return total;
}

/**
 * Order the nodes within their layers so that few edges cross: median sweeps with transposition.
 * The order given is kept unless a better one is found.
 */
export function reduceCrossings(graph: Layered): void {
  const count = graph.down.length;
  let best = graph.layers.map(layer => [...layer]);
  let fewest = crossings(graph);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    medianSweep(graph, sweep % 2 === 0);
    if (count <= TRANSPOSE_LIMIT) {
      transpose(graph);
    }
    const now = crossings(graph);
    if (now < fewest) {
      fewest = now;
      best = graph.layers.map(layer => [...layer]);
    }
  }
  graph.layers = best;
}

/** Reorder layer after layer by the median position of the neighbours behind. */
function medianSweep(graph: Layered, forward: boolean): void {
  const { layers } = graph;
  const position = positions(layers, graph.down.length);
  const neighbours = forward ? graph.up : graph.down;
  const median = new Float64Array(graph.down.length);
  for (let step = 1; step < layers.length; step++) {
    const index = forward ? step : layers.length - 1 - step;
    const layer = layers[index];
    for (const node of layer) {
      median[node] = medianOf(neighbours[node], position);
    }
    layers[index] = sortAround(layer, median);
    layers[index].forEach((node, i) => (position[node] = i));
  }
}

/** The weighted median of the neighbours' positions, or -1 if there are none. */
function medianOf(neighbours: number[], position: Int32Array): number {
  const at = neighbours.map(node => position[node]).sort((a, b) => a - b);
  const middle = at.length >> 1;
  if (at.length === 0) {
    return -1;
  }
  if (at.length % 2 === 1) {
    return at[middle];
  }
  if (at.length === 2) {
    return (at[0] + at[1]) / 2;
  }
  const left = at[middle - 1] - at[0];
  const right = at[at.length - 1] - at[middle];
  return left + right === 0
    ? (at[middle - 1] + at[middle]) / 2
    : (at[middle - 1] * right + at[middle] * left) / (left + right);
}

/** Sort by median; nodes without one keep their place and the others flow around them. */
function sortAround(layer: number[], median: Float64Array): number[] {
  const moving = layer.filter(node => median[node] >= 0);
  moving.sort((a, b) => median[a] - median[b]); // stable, so equal medians keep their order
  let next = 0;
  return layer.map(node => (median[node] >= 0 ? moving[next++] : node));
}

/** Swap neighbours as long as that removes crossings. */
function transpose(graph: Layered): void {
  const position = positions(graph.layers, graph.down.length);
  const sorted = (lists: number[][]) =>
    lists.map(list => list.map(node => position[node]).sort((a, b) => a - b));
  for (let round = 0; round < 4; round++) {
    let improved = false;
    for (const layer of graph.layers) {
      // the layers around do not move while this one is worked on
      const up = new Map(layer.map(node => [node, sorted([graph.up[node]])[0]]));
      const down = new Map(layer.map(node => [node, sorted([graph.down[node]])[0]]));
      for (let i = 0; i + 1 < layer.length; i++) {
        const [a, b] = [layer[i], layer[i + 1]];
        const kept = inversions(up.get(a)!, up.get(b)!) + inversions(down.get(a)!, down.get(b)!);
        const swapped = inversions(up.get(b)!, up.get(a)!) + inversions(down.get(b)!, down.get(a)!);
        if (swapped < kept) {
          [layer[i], layer[i + 1]] = [b, a];
          position[b] = i;
          position[a] = i + 1;
          improved = true;
        }
      }
    }
    if (!improved) {
      return;
    }
  }
}

/** Pairs (x of first, y of second) with x > y, both lists ascending. */
function inversions(first: number[], second: number[]): number {
  let total = 0;
  let below = 0;
  for (const x of first) {
    while (below < second.length && second[below] < x) {
      below++;
    }
    total += below;
  }
  return total;
}
