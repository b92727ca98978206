import { piecesOf, requireKey, type ObjectStore } from "./object-store.ts";

/** For a server that keeps nothing. */
export function createInProcessObjectStore(): ObjectStore {
  const objects = new Map<string, Uint8Array>();
  return {
    async put(key, bytes) {
      objects.set(requireKey(key), bytes.slice());
    },
    get: async (key) => objects.get(key),
    async read(key) {
      const bytes = objects.get(key);
      return bytes && piecewise(bytes);
    },
    size: async (key) => objects.get(key)?.length,
    delete: async (key) => void objects.delete(key),
    async *list(prefix) {
      for (const key of objects.keys()) if (key.startsWith(prefix)) yield key;
    },
  };
}

async function* piecewise(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield* piecesOf(bytes);
}
