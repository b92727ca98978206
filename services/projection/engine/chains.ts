import { oncePerGraph, type GraphIndex } from "./graph-index.ts";

const SHORTEST = 3;

/** Elements that follow one another without a choice, each run from its first to its last. */
export const chainsOf = oncePerGraph((index: GraphIndex): readonly (readonly number[])[] => {
  const hosts = new Set(index.elements.map(({ properties }) => properties["attachedToRef"]));
  const inner = index.elements.map(
    ({ id }, position) => isLink(index, position) && index.children[position]?.length === 0 && !hosts.has(id),
  );
  const chains: number[][] = [];
  for (const [position, isInner] of inner.entries()) {
    const before = index.edges[index.in[position]?.[0] ?? -1]?.source ?? -1;
    // One that another one leads to is no beginning; a ring has none, and is a cycle.
    if (!isInner || inner[before]) continue;
    const chain = follow(index, inner, position);
    if (chain.length >= SHORTEST) chains.push(chain);
  }
  return chains;
});

/** Whether there is one way in and one way out, and nothing else is connected with it. */
function isLink(index: GraphIndex, position: number): boolean {
  const [into, out] = [index.in[position] ?? [], index.out[position] ?? []];
  if (into.length !== 1 || out.length !== 1) return false;
  const [before, after] = [index.edges[into[0] as number], index.edges[out[0] as number]];
  return before?.flows === true && after?.flows === true && before.source >= 0 && after.target >= 0;
}

function follow(index: GraphIndex, inner: readonly boolean[], first: number): number[] {
  const chain = [first];
  for (;;) {
    const next = index.edges[index.out[chain.at(-1) as number]?.[0] ?? -1]?.target ?? -1;
    if (!inner[next] || next === first) return chain;
    chain.push(next);
  }
}
