/**
 * Calls `listener` when the signal aborts, until the returned function is called. For thousands who wait for one signal:
 * a signal looks through all its listeners whenever one comes or goes, and joined signals are slow to collect.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  const group = groups.get(signal) ?? groupOf(signal);
  group.add(listener);
  return () => void group.delete(listener);
}

const groups = new WeakMap<AbortSignal, Set<() => void>>();

function groupOf(signal: AbortSignal): Set<() => void> {
  const group = new Set<() => void>();
  signal.addEventListener("abort", () => group.forEach((listener) => listener()), { once: true });
  groups.set(signal, group);
  return group;
}
