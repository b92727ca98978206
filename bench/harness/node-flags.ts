/** `BENCH_NODE_FLAGS="--cpu-prof --cpu-prof-dir=…"` profiles the processes under test. */
export const nodeFlags = (): string[] =>
  (process.env["BENCH_NODE_FLAGS"] ?? "").split(" ").filter((flag) => flag !== "");
