import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { ToolPorts } from "../tool-ports.ts";
import { MODELING_CONTEXT, NO_MODELS } from "../../testing/no-models.ts";
import { callTool, type CallContext } from "./call-tool.ts";
import { currentTime } from "./current-time.ts";
import { lookUpArtifact } from "./look-up-artifact.ts";
import { defineTool } from "./tool.ts";

const order = { artifactId: "a-1", title: "Order", kind: "bpmn", updateTime: new Date(0) };

const portsWith = (ports: Partial<ToolPorts>): ToolPorts => ({
  now: () => new Date(),
  findArtifacts: async () => [order],
  createArtifact: async () => "a-2",
  models: NO_MODELS,
  ...ports,
});

function contextWith(fields: Partial<CallContext> = {}): CallContext {
  return {
    tenantId: "tenant",
    userId: "alice",
    ports: portsWith({ now: () => new Date("2026-03-01T12:00:00Z") }),
    ...MODELING_CONTEXT,
    idempotencyKey: "run/call",
    signal: new AbortController().signal,
    ...fields,
  };
}

function toolThat(run: () => Promise<string>) {
  return defineTool({
    name: "probe",
    description: "Probes.",
    schema: z.strictObject({}),
    result: z.string(),
    run,
  });
}

describe("the tools", () => {
  it("tell the time, in UTC or in a time zone", async () => {
    const utc = await callTool(currentTime, "", contextWith());
    expect(JSON.parse(utc.result)).toMatchObject({ time: "2026-03-01T12:00:00.000Z", timezone: "UTC" });
    const tokyo = await callTool(currentTime, '{"timezone":"Asia/Tokyo"}', contextWith());
    expect(JSON.parse(tokyo.result)).toMatchObject({ local: expect.stringContaining("21:00:00") });
  });

  it("find artifacts on behalf of the user", async () => {
    const asked: unknown[] = [];
    const findArtifacts = async (...args: unknown[]) => {
      asked.push(args);
      return [order];
    };
    const context = contextWith({ ports: portsWith({ findArtifacts }) });
    const { result } = await callTool(lookUpArtifact, '{"query":" Order "}', context);
    expect(asked).toEqual([[{ tenantId: "tenant", userId: "alice" }, "Order"]]);
    expect(JSON.parse(result).artifacts).toEqual([
      { artifact_id: "a-1", title: "Order", kind: "bpmn", update_time: "1970-01-01T00:00:00.000Z" },
    ]);
  });
});

describe("a tool call that cannot be made", () => {
  it.each([
    ["{not json", /not valid JSON/],
    ['"Order"', /must be object/],
    ["null", /must be object/],
    ["{}", /query: is missing/],
    ['{"query":7}', /query: must be string/],
    ['{"query":""}', /query: /],
    ['{"query":"  "}', /query: /],
    [`{"query":"${"x".repeat(201)}"}`, /query: .*200/],
    ['{"query":"a","tenant_id":"other"}', /tenant_id: is not known/],
    ['{"a":1,"b":2}', /query: is missing; a: is not known; b: is not known/],
    [`{"query":"${"x".repeat(70_000)}"}`, /at most 64000/],
  ])("because of the arguments %s tells the model what is wrong", async (json, message) => {
    const { result, failed } = await callTool(lookUpArtifact, json, contextWith());
    expect(failed).toBe(true);
    expect(result).toMatch(message);
  });

  it("because there is no such time zone says so", async () => {
    const { result, failed } = await callTool(currentTime, '{"timezone":"Mars/Olympus"}', contextWith());
    expect(failed).toBe(true);
    expect(result).toContain('no time zone "Mars/Olympus"');
  });
});

describe("a tool that goes wrong", () => {
  it("fails without telling our internals", async () => {
    const broken = toolThat(async () => {
      throw new Error("relation artifacts does not exist");
    });
    expect(await callTool(broken, "", contextWith())).toEqual({ result: "probe failed.", failed: true });
  });

  it("is not waited for longer than its time, and is told to stop", async () => {
    let stopped = false;
    const slow = defineTool({
      name: "probe",
      description: "Probes.",
      schema: z.strictObject({}),
      result: z.string(),
      async run(_args, { signal }) {
        signal.addEventListener("abort", () => (stopped = true));
        return new Promise(() => undefined);
      },
    });
    const { result, failed } = await callTool(slow, "", contextWith(), 30);
    expect({ result, failed, stopped }).toEqual({
      result: "probe did not answer within 0.03 seconds.",
      failed: true,
      stopped: true,
    });
  });

  it("ends with the run when the run is cancelled", async () => {
    const stop = new AbortController();
    const reason = new Error("cancelled");
    const slow = toolThat(async () => {
      await sleep(1000);
      return "late";
    });
    setTimeout(() => stop.abort(reason), 10);
    await expect(callTool(slow, "", contextWith({ signal: stop.signal }))).rejects.toBe(reason);
  });

  it("may not flood the model: a result that is too long fails, and says that less is to be asked", async () => {
    const { result, failed } = await callTool(
      toolThat(async () => "x".repeat(16_001)),
      "",
      contextWith(),
    );
    expect({ result, failed }).toEqual({
      result: "probe failed: its result has 16001 characters, and at most 16000 are taken; ask for less",
      failed: true,
    });
    const longest = toolThat(async () => "y".repeat(16_000));
    expect((await callTool(longest, "", contextWith())).failed).toBe(false);
  });

  it("has its bad characters replaced", async () => {
    const broken = toolThat(async () => "a\ud83d");
    expect(await callTool(broken, "", contextWith())).toEqual({ result: "a\ufffd", failed: false });
  });

  // Seen to fail without the check of results: the model would read 42 as if it were a text.
  it.each<[string, unknown, RegExp]>([
    ["another type", 42, /result: must be string/],
    ["nothing", undefined, /there is none/],
    ["what is no JSON", 1n, /^probe failed\.$/],
  ])("by answering %s fails", async (_, value, message) => {
    const wrong = toolThat(async () => value as string);
    const { result, failed } = await callTool(wrong, "", contextWith());
    expect(failed).toBe(true);
    expect(result).toMatch(message);
  });

  it("by answering more than its schema has fails, so that nothing internal slips out", async () => {
    const chatty = defineTool({
      name: "probe",
      description: "Probes.",
      schema: z.strictObject({}),
      result: z.strictObject({ title: z.string() }),
      run: async () => ({ title: "Order", password: "hunter2" }),
    });
    const { result, failed } = await callTool(chatty, "", contextWith());
    expect({ result, failed }).toEqual({
      result: "probe failed: its result is not what it should be: password: is not known",
      failed: true,
    });
  });

  it("reaches no network that is not on its list", async () => {
    const curious = defineTool({
      name: "probe",
      description: "Probes.",
      schema: z.strictObject({}),
      result: z.string(),
      origins: ["http://127.0.0.1:1"],
      run: async (_args, { fetch }) => (await fetch("http://127.0.0.1:1/")).text(),
    });
    expect(await callTool(curious, "", contextWith())).toEqual({
      result: "probe failed: 127.0.0.1 is not an address of the public internet",
      failed: true,
    });
    const { origins: _, ...unlisted } = curious;
    expect((await callTool(unlisted, "", contextWith())).result).toContain("is not on the tool's list");
  });
});
