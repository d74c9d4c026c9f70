import { describe, expect, test } from 'vitest';
import { DEFAULT_OPTIONS, GraphInput, layout, Layout } from '../src/dag/layout';

const { nodeWidth, nodeHeight } = DEFAULT_OPTIONS;

/** Numbers that look random and are the same every time. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function randomDag(size: number, seed: number, reach = 40): GraphInput {
  const random = generator(seed);
  const edges = Array.from({ length: Math.floor(size * 1.3) }, () => {
    const target = 1 + Math.floor(random() * (size - 1));
    const source = Math.max(0, target - 1 - Math.floor(random() * reach));
    return { source: `n${source}`, target: `n${target}` };
  });
  return { keys: Array.from({ length: size }, (_, i) => `n${i}`), edges };
}

const chain = (...keys: string[]) =>
  keys.slice(1).map((target, i) => ({ source: keys[i], target }));

const graphs: Record<string, GraphInput> = {
  empty: { keys: [], edges: [] },
  single: { keys: ['a'], edges: [] },
  pair: { keys: ['a', 'b'], edges: chain('a', 'b') },
  'long edge over a chain': {
    keys: ['a', 'b', 'c', 'd'],
    edges: [...chain('a', 'b', 'c', 'd'), { source: 'a', target: 'd' }]
  },
  'two parts and two alone': {
    keys: ['a', 'b', 'c', 'd', 'e', 'f'],
    edges: [...chain('a', 'b'), ...chain('c', 'd')]
  },
  'fan out': {
    keys: ['a', ...Array.from({ length: 60 }, (_, i) => `b${i}`)],
    edges: Array.from({ length: 60 }, (_, i) => ({ source: 'a', target: `b${i}` }))
  },
  'fan in': {
    keys: [...Array.from({ length: 60 }, (_, i) => `b${i}`), 'a'],
    edges: Array.from({ length: 60 }, (_, i) => ({ source: `b${i}`, target: 'a' }))
  },
  'duplicates and unknown endpoints': {
    keys: ['a', 'b', 'a'],
    edges: [...chain('a', 'b'), ...chain('a', 'b'), ...chain('a', 'gone'), ...chain('gone', 'b')]
  },
  cycle: { keys: ['a', 'b', 'c'], edges: chain('a', 'b', 'c', 'a') },
  loop: { keys: ['a'], edges: chain('a', 'a') },
  'deep chain': {
    keys: Array.from({ length: 3000 }, (_, i) => `n${i}`),
    edges: chain(...Array.from({ length: 3000 }, (_, i) => `n${i}`))
  },
  'random 30': randomDag(30, 1, 8),
  'random 200': randomDag(200, 2),
  'random 1000': randomDag(1000, 3)
};

/** Pairs of cards that share area; columns make a sweep over y enough. */
function overlaps({ nodes }: Layout): [string, string][] {
  const columns = new Map<number, [string, number][]>();
  nodes.forEach(({ x, y }, key) => columns.set(x, [...(columns.get(x) ?? []), [key, y]]));
  return [...columns.values()].flatMap(column => {
    column.sort((a, b) => a[1] - b[1]);
    return column
      .slice(1)
      .flatMap(([key, y], i): [string, string][] =>
        y < column[i][1] + nodeHeight ? [[column[i][0], key]] : []
      );
  });
}

describe.each(Object.entries(graphs))('%s', (_, graph) => {
  const result = layout(graph);

  test('places each key once and inside the bounds', () => {
    expect([...result.nodes.keys()].sort()).toEqual([...new Set(graph.keys)].sort());
    for (const { x, y } of result.nodes.values()) {
      expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
      expect(x + nodeWidth).toBeLessThanOrEqual(result.width);
      expect(y + nodeHeight).toBeLessThanOrEqual(result.height + 1);
    }
  });

  test('no two cards overlap', () => {
    expect(overlaps(result)).toEqual([]);
  });

  test('edges go rightwards from card to card', () => {
    for (const { source, target, points } of result.edges) {
      const from = result.nodes.get(source)!;
      const to = result.nodes.get(target)!;
      const middle = nodeHeight / 2;
      expect(points[0]).toEqual({ x: from.x + nodeWidth, y: from.y + middle });
      expect(points.at(-1)).toEqual({ x: to.x, y: to.y + middle });
      points.slice(1).forEach((point, i) => expect(point.x).toBeGreaterThan(points[i].x));
    }
  });

  test('is the same every time', () => {
    expect(layout(graph)).toEqual(result);
  });

  test('stays as it is when laid out again from itself', () => {
    const again = layout(graph, DEFAULT_OPTIONS, result);
    expect(again.width).toBe(result.width);
    expect(overlaps(again)).toEqual([]);
  });
});

test('edges never pass behind a card of a layer they cross', () => {
  const { nodes, edges } = layout(graphs['random 200']);
  const cards = [...nodes.values()];
  for (const { points } of edges) {
    // after the first point, points come in pairs that enter and leave a layer
    for (let i = 1; i + 2 < points.length; i += 2) {
      const { x, y } = points[i];
      const hit = cards.filter(card => card.x === x && card.y < y && y < card.y + nodeHeight);
      expect(hit).toEqual([]);
    }
  }
});

test('duplicate edges are drawn once and a cycle loses one edge', () => {
  expect(layout(graphs['duplicates and unknown endpoints']).edges).toHaveLength(1);
  expect(layout(graphs.cycle).edges).toHaveLength(2);
});

test('a source sits right before its first reader', () => {
  const { nodes } = layout({
    keys: ['a', 'b', 'c', 'late'],
    edges: [...chain('a', 'b', 'c'), { source: 'late', target: 'c' }]
  });
  expect(nodes.get('late')!.x).toBe(nodes.get('b')!.x);
});

test('a new asset leaves the order of the others alone', () => {
  const before: GraphInput = {
    keys: ['a', 'b', 'c', 'd', 'e'],
    edges: [...chain('a', 'b'), ...chain('a', 'c'), ...chain('a', 'd'), ...chain('a', 'e')]
  };
  const first = layout(before);
  const after = {
    keys: ['f', ...before.keys],
    edges: [{ source: 'a', target: 'f' }, ...before.edges]
  };
  const second = layout(after, DEFAULT_OPTIONS, first);
  const order = (result: Layout) =>
    ['b', 'c', 'd', 'e'].sort((p, q) => result.nodes.get(p)!.y - result.nodes.get(q)!.y);
  expect(order(second)).toEqual(order(first));
});

test('two bipartite halves given crosswise are untangled', () => {
  const { nodes } = layout({
    keys: ['a', 'b', 'c', 'x', 'y', 'z', 'end'],
    edges: [...chain('a', 'z', 'end'), ...chain('b', 'y', 'end'), ...chain('c', 'x', 'end')]
  });
  const rank = (keys: string[]) => keys.sort((p, q) => nodes.get(p)!.y - nodes.get(q)!.y).join('');
  const partner: Record<string, string> = { a: 'z', b: 'y', c: 'x' };
  expect(rank(['x', 'y', 'z'])).toBe([...rank(['a', 'b', 'c'])].map(k => partner[k]).join(''));
});
