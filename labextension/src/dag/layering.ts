/** A graph prepared for layout: nodes are numbers, edges are unique and free of cycles. */
export interface Digraph {
  keys: string[];
  children: number[][];
  parents: number[][];
}

/** What the layout needs to know of a graph: keys, and which key feeds which. */
export interface GraphInput {
  keys: readonly string[];
  edges: readonly { source: string; target: string }[];
}

/**
 * Number the nodes and keep each edge once. Duplicate keys, unknown endpoints, loops
 * and edges that close a cycle are left out.
 */
export function prepare(input: GraphInput): Digraph {
  const keys = [...new Set(input.keys)];
  const index = new Map(keys.map((key, i) => [key, i]));
  const linked = keys.map(() => new Set<number>());
  for (const { source, target } of input.edges) {
    const from = index.get(source);
    const to = index.get(target);
    if (from !== undefined && to !== undefined && from !== to) {
      linked[from].add(to);
    }
  }
  const children = withoutBackEdges(linked.map(targets => [...targets]));
  const parents: number[][] = keys.map(() => []);
  children.forEach((targets, from) => targets.forEach(to => parents[to].push(from)));
  return { keys, children, parents };
}

/** Depth-first search on an explicit stack (a chain may be thousands deep) that drops back edges. */
function withoutBackEdges(children: number[][]): number[][] {
  const kept: number[][] = children.map(() => []);
  const state = new Uint8Array(children.length); // 0 new, 1 on the stack, 2 done
  for (let root = 0; root < children.length; root++) {
    if (state[root]) {
      continue;
    }
    const stack: [node: number, next: number][] = [[root, 0]];
    state[root] = 1;
    while (stack.length) {
      const top = stack[stack.length - 1];
      const [node, next] = top;
      if (next === children[node].length) {
        state[node] = 2;
        stack.pop();
        continue;
      }
      top[1]++;
      const child = children[node][next];
      if (state[child] !== 1) {
        kept[node].push(child);
      }
      if (!state[child]) {
        state[child] = 1;
        stack.push([child, 0]);
      }
    }
  }
  return kept;
}

/** The nodes of each weakly connected part, in the order of the input. */
export function components(graph: Digraph): number[][] {
  const part = new Int32Array(graph.keys.length).fill(-1);
  const parts: number[][] = [];
  for (let root = 0; root < graph.keys.length; root++) {
    if (part[root] >= 0) {
      continue;
    }
    const stack = [root];
    part[root] = parts.length;
    parts.push([]);
    while (stack.length) {
      const node = stack.pop()!;
      for (const next of [...graph.children[node], ...graph.parents[node]]) {
        if (part[next] < 0) {
          part[next] = part[root];
          stack.push(next);
        }
      }
    }
  }
  part.forEach((p, node) => parts[p].push(node));
  return parts;
}

/** Parents before children; among equals, the order of the input. */
function topological(graph: Digraph): number[] {
  const waiting = graph.parents.map(list => list.length);
  const order = waiting.flatMap((count, node) => (count ? [] : [node]));
  for (let i = 0; i < order.length; i++) {
    for (const child of graph.children[order[i]]) {
      if (--waiting[child] === 0) {
        order.push(child);
      }
    }
  }
  return order;
}

/**
 * The layer of each node: the longest path from a source, then nodes with more readers than
 * inputs move towards their readers, which only ever shortens edges.
 */
export function assignLayers(graph: Digraph): number[] {
  const layer = graph.keys.map(() => 0);
  const order = topological(graph);
  for (const node of order) {
    for (const child of graph.children[node]) {
      layer[child] = Math.max(layer[child], layer[node] + 1);
    }
  }
  for (const node of order.reverse()) {
    const children = graph.children[node];
    if (children.length > graph.parents[node].length) {
      let nearest = Infinity;
      for (const child of children) {
        nearest = Math.min(nearest, layer[child]);
      }
      layer[node] = nearest - 1;
    }
  }
  return layer;
}
