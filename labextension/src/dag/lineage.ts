import { EdgeView } from '../wire/views';

/** Who feeds whom, both ways, in the order of the edges. */
export class Lineage {
  private readonly parents = new Map<string, Set<string>>();
  private readonly children = new Map<string, Set<string>>();

  constructor(edges: readonly EdgeView[]) {
    for (const { source, target } of edges) {
      link(this.parents, target, source);
      link(this.children, source, target);
    }
  }

  parentsOf(key: string): string[] {
    return [...(this.parents.get(key) ?? [])];
  }

  childrenOf(key: string): string[] {
    return [...(this.children.get(key) ?? [])];
  }

  /** The asset itself, all it is made from and all that is made from it. */
  around(key: string): Set<string> {
    return new Set([...reach(key, this.parents), ...reach(key, this.children)]);
  }
}

function link(map: Map<string, Set<string>>, from: string, to: string): void {
  const known = map.get(from);
  if (known) {
    known.add(to);
  } else {
    map.set(from, new Set([to]));
  }
}

function reach(start: string, next: Map<string, Set<string>>): Set<string> {
  const seen = new Set([start]);
  for (const key of seen) {
    next.get(key)?.forEach(other => seen.add(other)); // a Set also yields what is added on the way
  }
  return seen;
}
