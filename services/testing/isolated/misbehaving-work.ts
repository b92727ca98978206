import { serveWork } from "../../execution/tools/serve-work.ts";

/** Work that a test tells to go wrong. */
function misbehave(args: unknown): unknown {
  const { how } = args as { how: string };
  if (how === "loop") for (;;);
  if (how === "throw") throw new Error("password=hunter2");
  if (how === "exit") process.exit(0);
  if (how === "environment") return Object.keys(process.env).join();
  if (how === "flood") return "x".repeat(5_000_000);
  if (how === "memory") {
    const kept: number[][] = [];
    for (;;) kept.push(Array.from({ length: 100_000 }, Math.random));
  }
  return `did ${how}`;
}

await serveWork(misbehave);
