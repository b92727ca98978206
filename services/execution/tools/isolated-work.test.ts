import { describe, expect, it } from "vitest";
import { z } from "zod";
import { callTool } from "./call-tool.ts";
import { calculate } from "./calculate.ts";
import { defineIsolatedTool } from "./tool.ts";
import { MODELING_CONTEXT, NO_MODELS } from "../../testing/no-models.ts";

const misbehaving = defineIsolatedTool({
  name: "probe",
  description: "Misbehaves.",
  schema: z.strictObject({ how: z.string() }),
  result: z.string(),
  timeoutMilliseconds: 20_000,
  work: { module: new URL("../../testing/isolated/misbehaving-work.ts", import.meta.url), megabytes: 24 },
});

const context = (signal = new AbortController().signal) => ({
  tenantId: "tenant",
  userId: "alice",
  ports: {
    now: () => new Date(),
    findArtifacts: async () => [],
    createArtifact: async () => "",
    models: NO_MODELS,
  },
  ...MODELING_CONTEXT,
  idempotencyKey: "run/call",
  signal,
});
const call = (how: string, timeout?: number) =>
  callTool(misbehaving, JSON.stringify({ how }), context(), timeout);

describe("work in a thread of its own", () => {
  it("is done, with nothing of the process's settings", async () => {
    expect(await call("well")).toEqual({ result: "did well", failed: false });
    expect(await call("environment")).toEqual({ result: "", failed: false });
  });

  // Seen to fail when the work is done in the same thread: then nothing else happens for ever.
  it("that loops for ever is ended, and others go on meanwhile", async () => {
    let turns = 0;
    const beat = setInterval(() => (turns += 1), 20);
    const { result, failed } = await call("loop", 1000);
    clearInterval(beat);
    expect({ result, failed }).toEqual({ result: "probe did not answer within 1 seconds.", failed: true });
    expect(turns).toBeGreaterThan(5);
  });

  it.each([
    ["takes all memory", "memory", "probe would take more memory than it may."],
    ["throws", "throw", "probe failed."],
    ["ends its thread", "exit", "probe failed."],
    ["floods", "flood", expect.stringMatching(/too much: 5000002 characters/)],
  ])("that %s is a failed result", async (_, how, result) => {
    expect(await call(how)).toEqual({ result, failed: true });
  });

  it("ends with the run", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("cancelled")), 300);
    await expect(callTool(misbehaving, '{"how":"loop"}', context(stop.signal))).rejects.toThrow("cancelled");
  });

  it("of many at once takes turns, and who waits too long is told so", async () => {
    const looping = [call("loop", 1500), call("loop", 1500)];
    const late = await call("well", 300);
    expect(late).toEqual({ result: "probe did not answer within 0.3 seconds.", failed: true });
    expect((await Promise.all(looping)).map(({ failed }) => failed)).toEqual([true, true]);
    expect(await Promise.all(Array.from({ length: 6 }, () => call("well")))).toEqual(
      Array.from({ length: 6 }, () => ({ result: "did well", failed: false })),
    );
  });
});

describe("calculate", () => {
  const valueOf = async (expression: string) =>
    (await callTool(calculate, JSON.stringify({ expression }), context())).result;

  it.each([
    ["2 + 3 * 4", "14", true],
    ["0.1 + 0.2", "0.3", true],
    ["(1250 * 12 - 300) / 7", "2100", true],
    ["-2^2", "-4", true],
    ["2^3^2", "512", true],
    ["2^-2", "0.25", true],
    ["-7 % 3", "-1", true],
    ["1/3", "0.333333333333333333333333333333", false],
    ["2/3 - 1", "-0.333333333333333333333333333333", false],
    ["12345678901234567890 * 98765432109876543210", "1219326311370217952237463801111263526900", true],
  ])("%s is %s", async (expression, value, exact) => {
    expect(JSON.parse(await valueOf(expression))).toEqual({ value, exact });
  });

  it.each([
    ["1 +", /a number is missing at the end/],
    ["(1", /not closed/],
    ["1 2", /“2” is out of place/],
    ["process.exit()", /not understood from “process/],
    ["1/0", /divides by zero/],
    ["2^0.5", /whole number/],
    ["10^2000", /2001 digits/],
  ])("of %s says what is wrong", async (expression, message) => {
    expect(await valueOf(expression)).toMatch(message);
  });

  it("that would take for ever is ended", async () => {
    const huge = JSON.stringify({ expression: "7^99999999" });
    const { result, failed } = await callTool(calculate, huge, context(), 700);
    expect(failed).toBe(true);
    expect(result).toMatch(/did not answer within|more memory|failed/);
  });
});
