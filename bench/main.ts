import { availableParallelism } from "node:os";
import { append } from "./append.ts";
import { firstToken } from "./first-token.ts";
import { stream } from "./stream.ts";
import { unary } from "./unary.ts";

const BENCHES: Record<string, () => Promise<object>> = {
  unary,
  stream,
  "first-token": firstToken,
  append,
};

const machine = { cores: availableParallelism(), node: process.version };
const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  process.stderr.write(`no benchmark ${unknown.join(", ")}; there are ${Object.keys(BENCHES).join(", ")}\n`);
  process.exit(1);
}
for (const [bench, run] of Object.entries(BENCHES)) {
  if (names.length > 0 && !names.includes(bench)) continue;
  process.stdout.write(`${JSON.stringify({ bench, ...(await run()), machine })}\n`);
}
// Connections of the load client stay open otherwise.
process.exit(0);
