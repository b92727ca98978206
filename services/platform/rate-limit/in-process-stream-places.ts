import type { StreamPlaces } from "./stream-places.ts";

/** Counts the streams of this process. */
export function createInProcessStreamPlaces(): StreamPlaces {
  const open = new Map<string, number>();
  const add = (name: string, change: number) => {
    const count = (open.get(name) ?? 0) + change;
    if (count > 0) open.set(name, count);
    else open.delete(name);
  };
  return {
    async take(group, limits) {
      const named = limits.map((limit) => ({ ...limit, name: `${group} ${limit.scope} ${limit.key}` }));
      const full = named.find(({ name, limit }) => (open.get(name) ?? 0) >= limit);
      if (full) return { full: { scope: full.scope, key: full.key, limit: full.limit } };
      named.forEach(({ name }) => add(name, 1));
      let isTaken = true;
      return {
        release() {
          if (!isTaken) return;
          isTaken = false;
          named.forEach(({ name }) => add(name, -1));
        },
      };
    },
  };
}
