import { create } from "@bufbuild/protobuf";
import { ErrorReason } from "@ameide/proto/ameide/error/v1/error_reason_pb.js";
import { RunErrorSchema } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { ErrorInfoSchema, RetryInfoSchema } from "@ameide/proto/google/rpc/error_details_pb.js";
import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { problemOf, problemOfRun } from "./problem.ts";

function refusal(code: Code, reason: string, metadata: Record<string, string> = {}) {
  const value = { domain: "ameide", reason, metadata };
  return new ConnectError("refused", code, undefined, [{ desc: ErrorInfoSchema, value }]);
}

const spent = {
  scope: "tenant",
  window: "day",
  limit_micros: "1000000",
  used_micros: "1000000",
  reserved_micros: "0",
  reset_time: "2026-11-21T00:00:00Z",
  raise_by: "admin",
};

describe("problems", () => {
  it("tells the whole story of a spent budget", () => {
    const { title, detail } = problemOf(refusal(Code.ResourceExhausted, "BUDGET_EXCEEDED", spent));
    expect(title).toBe("Today's budget of the tenant is spent");
    expect(detail).toMatch(/^The limit is \$1\.00, \$1\.00 is used\. It starts again on .* admin can raise/);
  });

  it("says that a budget with something left does not cover another answer", () => {
    const some = { ...spent, used_micros: "999000" };
    const { title } = problemOf(refusal(Code.ResourceExhausted, "BUDGET_EXCEEDED", some));
    expect(title).toBe("Today's budget of the tenant has too little left for this");
  });

  it("makes do with a spent budget of which nothing is told", () => {
    const { title, detail } = problemOf(refusal(Code.ResourceExhausted, "BUDGET_EXCEEDED"));
    expect(title).toBe("The budget is spent");
    expect(detail).toBe("An admin can raise it.");
  });

  it("says when one may try again who called too often, and whose limit it was", () => {
    const limited = refusal(Code.ResourceExhausted, "RATE_LIMITED", { scope: "tenant", limit: "6000" });
    expect(problemOf(limited)).toMatchObject({
      title: "Your organization makes too many requests",
      detail: "Nothing was done. Try again in a minute.",
    });
    limited.details.push({ desc: RetryInfoSchema, value: { retryDelay: { seconds: 11n, nanos: 5e8 } } });
    expect(problemOf(limited).detail).toBe("Nothing was done. Try again in 12 seconds.");
    const streams = refusal(Code.ResourceExhausted, "TOO_MANY_STREAMS", { scope: "user", limit: "100" });
    expect(problemOf(streams).detail).toBe("Close a tab of Ameide and try again.");
  });

  it("does not offer to retry what cannot work", () => {
    expect(problemOf(refusal(Code.NotFound, "CHAT_NOT_FOUND")).retry).toBe(false);
    expect(problemOf(refusal(Code.FailedPrecondition, "RUN_ACTIVE")).retry).toBe(true);
  });

  it("takes a lost connection for what it is", () => {
    expect(problemOf(new TypeError("Failed to fetch")).title).toBe("The server cannot be reached");
    expect(problemOf(new ConnectError("down", Code.Unavailable)).retry).toBe(true);
  });

  it("shows the server's own words for a reason it does not know", () => {
    expect(problemOf(refusal(Code.InvalidArgument, "SCHEMA_VIOLATION")).detail).toBe("refused");
  });

  it("describes why a run failed", () => {
    const metadata = { where: "output" };
    const blocked = create(RunErrorSchema, { reason: ErrorReason.CONTENT_BLOCKED, message: "x", metadata });
    expect(problemOfRun(blocked)).toMatchObject({ title: expect.stringContaining("answer"), retry: false });
    const error = create(RunErrorSchema, { reason: ErrorReason.PROVIDERS_EXHAUSTED, message: "x" });
    expect(problemOfRun(error)).toMatchObject({ reason: "PROVIDERS_EXHAUSTED", retry: true });
  });
});
