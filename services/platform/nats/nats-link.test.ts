import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startNats } from "../../testing/nats-server.ts";
import type { PrivateServer } from "../../testing/private-server.ts";
import { available } from "../../testing/requirements.ts";
import { createLog } from "../telemetry/log.ts";
import { connectNats } from "./nats-link.ts";

const SOON = { timeout: 20_000, interval: 20 };

describe.skipIf(!available("nats"))("the connection to NATS", () => {
  let server: PrivateServer;
  beforeAll(async () => {
    server = await startNats();
  });
  afterAll(() => server.stop());

  // Seen to fail without the guard in `#tell`: the others are never told, and a failure after an outage ends the process.
  it("outlives a listener that fails, and tells the others, now and after each outage", async () => {
    const warnings: unknown[] = [];
    const warn = (details: unknown) => void warnings.push(details);
    const link = connectNats(server.url, Object.assign(createLog("silent"), { warn }));
    let heard = 0;
    link.onUp(() => {
      throw new Error("could not subscribe");
    });
    link.onUp(() => (heard += 1));
    await vi.waitFor(() => expect(heard).toBe(1), SOON);
    await server.restart();
    await vi.waitFor(() => expect(heard).toBe(2), SOON);
    await vi.waitFor(async () => expect(await link.answers()).toBe(true), SOON);
    expect(warnings).toContainEqual({ err: new Error("could not subscribe") });
    await link.close();
  });
});
