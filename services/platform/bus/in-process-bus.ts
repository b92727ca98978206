import type { Bus } from "./bus.ts";

export function createInProcessBus(): Bus {
  const listeners = new Map<string, Set<() => void>>();
  return {
    publish(subject) {
      for (const listener of listeners.get(subject) ?? []) queueMicrotask(listener);
    },
    subscribe(subject, listener) {
      const group = listeners.get(subject) ?? new Set();
      listeners.set(subject, group.add(listener));
      return () => {
        group.delete(listener);
        if (group.size === 0 && listeners.get(subject) === group) listeners.delete(subject);
      };
    },
  };
}
