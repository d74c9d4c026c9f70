import { assignCoordinates } from './coordinates';
import { assignLayers, components, Digraph, GraphInput, prepare } from './layering';
import { Layered, reduceCrossings } from './ordering';

export type { GraphInput } from './layering';

/** Sizes in pixels at zoom 1. */
export interface LayoutOptions {
  nodeWidth: number;
  nodeHeight: number;
  layerGap: number;
  nodeGap: number;
}

/** Top left corner of a node. */
export interface Place {
  x: number;
  y: number;
}

/** An edge's way: out of the source, along the points, into the target. */
export interface Route {
  source: string;
  target: string;
  points: Place[];
}

export interface Layout {
  nodes: Map<string, Place>;
  edges: Route[];
  width: number;
  height: number;
}

export const DEFAULT_OPTIONS: LayoutOptions = {
  nodeWidth: 208,
  nodeHeight: 72,
  layerGap: 40,
  nodeGap: 20
};

const PART_GAP = 36;
const DUMMY_GAP = 14;
/** Beyond this many bends in one part, the longest edges are drawn straight across. */
const DUMMY_LIMIT = 12000;

/**
 * Lay a graph out in layers from left to right.
 *
 * Pure and deterministic. With `previous`, nodes start in the order they had, so that what did
 * not change stays where it was.
 */
export function layout(
  input: GraphInput,
  options: LayoutOptions = DEFAULT_OPTIONS,
  previous?: Layout
): Layout {
  const graph = prepare(input);
  const parts = components(graph);
  const rank = (part: number[]) => {
    const known = part.flatMap(node => previous?.nodes.get(graph.keys[node])?.y ?? []);
    return known.length ? known.reduce((a, b) => Math.min(a, b)) : Infinity;
  };
  const linked = parts
    .filter(part => part.length > 1)
    .map(part => ({ part, rank: rank(part) }))
    .sort((a, b) => (a.rank === b.rank ? 0 : a.rank - b.rank));
  const result: Layout = { nodes: new Map(), edges: [], width: 0, height: 0 };
  for (const { part } of linked) {
    append(result, layoutPart(subgraph(graph, part), options, previous));
  }
  const alone = parts.filter(part => part.length === 1).map(([node]) => graph.keys[node]);
  if (alone.length) {
    append(result, layoutGrid(alone, options, result.width));
  }
  return result;
}

function subgraph(graph: Digraph, nodes: number[]): Digraph {
  const renumber = new Map(nodes.map((node, i) => [node, i]));
  const pick = (lists: number[][]) => nodes.map(node => lists[node].map(n => renumber.get(n)!));
  return {
    keys: nodes.map(node => graph.keys[node]),
    children: pick(graph.children),
    parents: pick(graph.parents)
  };
}

/** Put `part` below what is there. */
function append(result: Layout, part: Layout): void {
  const top = result.height ? result.height + PART_GAP : 0;
  const moved = ({ x, y }: Place) => ({ x, y: y + top });
  part.nodes.forEach((place, key) => result.nodes.set(key, moved(place)));
  part.edges.forEach(edge => result.edges.push({ ...edge, points: edge.points.map(moved) }));
  result.width = Math.max(result.width, part.width);
  result.height = top + part.height;
}

/** Nodes without edges in rows, about as wide as the rest of the graph. */
function layoutGrid(keys: string[], options: LayoutOptions, width: number): Layout {
  const stepX = options.nodeWidth + options.layerGap;
  const stepY = options.nodeHeight + options.nodeGap;
  const columns = Math.max(
    Math.ceil(Math.sqrt(keys.length)),
    Math.floor((width + options.layerGap) / stepX)
  );
  const nodes = new Map<string, Place>();
  keys.forEach((key, i) =>
    nodes.set(key, { x: (i % columns) * stepX, y: Math.floor(i / columns) * stepY })
  );
  return {
    nodes,
    edges: [],
    width: Math.min(keys.length, columns) * stepX - options.layerGap,
    height: Math.ceil(keys.length / columns) * stepY - options.nodeGap
  };
}

function layoutPart(graph: Digraph, options: LayoutOptions, previous?: Layout): Layout {
  const layer = assignLayers(graph);
  const count = graph.keys.length;
  const { layered, chains } = withDummies(graph, layer);
  seedOrder(layered, graph, previous);
  reduceCrossings(layered);
  const isDummy = (node: number) => node >= count;
  const centres = assignCoordinates(layered, isDummy, (a, b) => {
    const gap = isDummy(a) || isDummy(b) ? DUMMY_GAP : options.nodeGap;
    return ((isDummy(a) ? 0 : 1) + (isDummy(b) ? 0 : 1)) * (options.nodeHeight / 2) + gap;
  });
  return place(graph, layered, layer, chains, centres, options);
}

interface Chain {
  source: number;
  target: number;
  dummies: number[];
}

/** Break edges that span several layers into chains of invisible nodes. */
function withDummies(graph: Digraph, layer: number[]): { layered: Layered; chains: Chain[] } {
  const layers: number[][] = Array.from({ length: Math.max(...layer) + 1 }, () => []);
  const up: number[][] = graph.keys.map(() => []);
  const down: number[][] = graph.keys.map(() => []);
  layer.forEach((at, node) => layers[at].push(node));
  const chains: Chain[] = [];
  graph.children.forEach((targets, source) =>
    targets.forEach(target => chains.push({ source, target, dummies: [] }))
  );
  const span = (chain: Chain) => layer[chain.target] - layer[chain.source];
  let budget = DUMMY_LIMIT;
  for (const chain of [...chains].sort((a, b) => span(a) - span(b))) {
    budget -= span(chain) - 1;
    if (budget < 0) {
      break;
    }
    let last = chain.source;
    for (let at = layer[chain.source] + 1; at < layer[chain.target]; at++) {
      const dummy = up.length;
      up.push([last]);
      down.push([]);
      down[last].push(dummy);
      layers[at].push(dummy);
      chain.dummies.push(dummy);
      last = dummy;
    }
    up[chain.target].push(last);
    down[last].push(chain.target);
  }
  return { layered: { layers, up, down }, chains };
}

/** Start from the former order where there is one, else from a walk along the edges. */
function seedOrder(layered: Layered, graph: Digraph, previous?: Layout): void {
  const walk = walkOrder(layered);
  const former = new Float64Array(layered.down.length).fill(NaN);
  graph.keys.forEach((key, node) => (former[node] = previous?.nodes.get(key)?.y ?? NaN));
  const beside = (node: number) => {
    // a new node or a bend starts beside its first known neighbour
    if (Number.isNaN(former[node])) {
      const known = [...layered.up[node], ...layered.down[node]].map(n => former[n]);
      former[node] = known.find(y => !Number.isNaN(y)) ?? NaN;
    }
  };
  layered.layers.flat().forEach(beside);
  layered.layers.flat().reverse().forEach(beside);
  former.forEach((y, node) => (former[node] = Number.isNaN(y) ? Infinity : y));
  const compare = (a: number, b: number) => {
    const byFormer = former[a] - former[b];
    return Number.isNaN(byFormer) || byFormer === 0 ? walk[a] - walk[b] : byFormer;
  };
  layered.layers.forEach(layer => layer.sort(compare));
}

/** The order in which a depth-first walk from the sources meets the nodes. */
function walkOrder(layered: Layered): Int32Array {
  const met = new Int32Array(layered.down.length).fill(-1);
  let next = 0;
  for (const source of layered.layers.flat()) {
    const stack = [source];
    while (stack.length) {
      const node = stack.pop()!;
      if (met[node] < 0) {
        met[node] = next++;
        stack.push(...[...layered.down[node]].reverse());
      }
    }
  }
  return met;
}

function place(
  graph: Digraph,
  layered: Layered,
  layer: number[],
  chains: Chain[],
  centres: Float64Array,
  options: LayoutOptions
): Layout {
  const { nodeWidth, nodeHeight } = options;
  let [top, bottom] = [Infinity, -Infinity];
  for (const node of layered.layers.flat()) {
    const half = node < graph.keys.length ? nodeHeight / 2 : 0;
    top = Math.min(top, centres[node] - half);
    bottom = Math.max(bottom, centres[node] + half);
  }
  const step = nodeWidth + options.layerGap;
  const middle = (node: number) => Math.round(centres[node] - top);
  const nodes = new Map(
    graph.keys.map((key, node) => [
      key,
      { x: layer[node] * step, y: Math.round(middle(node) - nodeHeight / 2) }
    ])
  );
  const edges = chains.map(({ source, target, dummies }) => ({
    source: graph.keys[source],
    target: graph.keys[target],
    points: [
      { x: layer[source] * step + nodeWidth, y: middle(source) },
      // a bend runs level past the cards of its layer
      ...dummies.flatMap((dummy, i) => {
        const x = (layer[source] + 1 + i) * step;
        return [
          { x, y: middle(dummy) },
          { x: x + nodeWidth, y: middle(dummy) }
        ];
      }),
      { x: layer[target] * step, y: middle(target) }
    ]
  }));
  return {
    nodes,
    edges,
    width: layered.layers.length * step - options.layerGap,
    height: bottom - top
  };
}
