import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { ToolPorts } from "../tool-ports.ts";
import { callTool } from "./call-tool.ts";
import { currentTime } from "./current-time.ts";
import { lookUpArtifact } from "./look-up-artifact.ts";
import { defineTool, type ToolContext } from "./tool.ts";

const order = { artifactId: "a-1", title: "Order", kind: "bpmn", updateTime: new Date(0) };

const portsWith = (ports: Partial<ToolPorts>): ToolPorts => ({
  now: () => new Date(),
  findArtifacts: async () => [order],
  createArtifact: async () => "a-2",
  ...ports,
});

function contextWith(fields: Partial<ToolContext> = {}): ToolContext {
  return {
    tenantId: "tenant",
    userId: "alice",
    ports: portsWith({ now: () => new Date("2026-03-01T12:00:00Z") }),
    idempotencyKey: "run/call",
    signal: new AbortController().signal,
    ...fields,
  };
}

function toolThat(run: () => Promise<string>) {
  return defineTool({ name: "probe", description: "Probes.", schema: z.strictObject({}), run });
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
    ['"Order"', /expected object/],
    ["null", /expected object/],
    ["{}", /query: .*expected string/],
    ['{"query":""}', /query: /],
    [`{"query":"${"x".repeat(201)}"}`, /query: .*200/],
    ['{"query":"a","tenant_id":"other"}', /tenant_id/],
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

  it("may not flood the model: long results are cut with a note, bad characters replaced", async () => {
    const { result } = await callTool(
      toolThat(async () => "😀".repeat(20_000)),
      "",
      contextWith(),
    );
    expect(result.length).toBeLessThanOrEqual(16_000);
    expect(result).toMatch(/\[cut: the result has 40000 characters\]$/);
    expect(result.isWellFormed()).toBe(true);
    expect(
      await callTool(
        toolThat(async () => "a\ud83d"),
        "",
        contextWith(),
      ),
    ).toEqual({ result: "a\ufffd", failed: false });
  });
});
