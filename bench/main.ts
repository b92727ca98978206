import { availableParallelism } from "node:os";

/** Each prints one JSON line; loaded when it is its turn. */
const BENCHES: Record<string, () => Promise<object>> = {
  unary: async () => (await import("./unary.ts")).unary(),
  stream: async () => (await import("./stream.ts")).stream(),
  "first-token": async () => (await import("./first-token.ts")).firstToken(),
  append: async () => (await import("./append.ts")).append(),
  streams: async () => (await import("./streams.ts")).streams(),
  attacks: async () => (await import("./attacks.ts")).attacks(),
  overhead: async () => (await import("./overhead.ts")).overhead(),
  fanout: async () => (await import("./streams.ts")).fanout(),
  import: async () => (await import("./import.ts")).importModels(),
  beside: async () => (await import("./beside.ts")).beside(),
  patch: async () => (await import("./patch.ts")).patch(),
  projection: async () => (await import("./projection.ts")).projection(),
  tokens: async () => (await import("./tokens.ts")).tokens(),
  recovery: async () => (await import("./recovery.ts")).recovery(),
};

const machine = { cores: availableParallelism(), node: process.version };
const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  process.stderr.write(`no benchmark ${unknown.join(", ")}; there are ${Object.keys(BENCHES).join(", ")}\n`);
  process.exit(1);
}
// What was started is stopped when this process exits.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
for (const [bench, run] of Object.entries(BENCHES)) {
  if (names.length > 0 && !names.includes(bench)) continue;
  process.stdout.write(`${JSON.stringify({ bench, ...(await run()), machine })}\n`);
}
// Connections of the load client stay open otherwise.
process.exit(0);
