import { createServer, type AddressInfo } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { logsFor } from "./adapters.ts";
import { startProgram } from "./main.ts";
import { parseConfig } from "./platform/config/config.ts";

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "ameide-main-"));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const configFor = (port: number) =>
  parseConfig({ DATA_DIR: dataDir, PORT: `${port}`, HOST: "127.0.0.1", LOG_LEVEL: "silent" });

/** Somebody else's port. */
async function takenPort() {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
  const { port } = holder.address() as AddressInfo;
  return { port, free: () => new Promise((resolve) => holder.close(resolve)) };
}

describe("the program", () => {
  it("that finds its port taken leaves nothing behind: it starts at once where the port is free", async () => {
    const { port, free } = await takenPort();
    await expect(startProgram(configFor(port))).rejects.toMatchObject({ code: "EADDRINUSE" });
    await free();
    const program = await startProgram(configFor(port));
    expect(program.baseUrl).toBe(`http://127.0.0.1:${port}`);
    expect((await fetch(`${program.baseUrl}/healthz`)).ok).toBe(true);
    await program.stop();
  });

  it("stops once, however often it is asked, and its folder can be used again", async () => {
    const program = await startProgram(configFor(0));
    await Promise.all([program.stop(), program.stop()]);
    await program.stop();
    await expect(fetch(program.baseUrl)).rejects.toThrow("fetch failed");
    const again = await startProgram(configFor(0));
    await again.stop();
  });

  it("keeps the lines of twice as many runs as it works on", () => {
    expect([1, 256, 10_000].map(logsFor)).toEqual([5000, 5000, 20_000]);
  });
});
