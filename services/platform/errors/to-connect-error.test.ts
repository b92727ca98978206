import { create } from "@bufbuild/protobuf";
import { ViolationsSchema } from "@ameide/proto/buf/validate/validate_pb.js";
import { ErrorReason } from "@ameide/proto/ameide/error/v1/error_reason_pb.js";
import { ErrorInfoSchema, RetryInfoSchema } from "@ameide/proto/google/rpc/error_details_pb.js";
import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { AppError, type Reason } from "./app-error.ts";
import { CODE_OF_REASON } from "./code-of-reason.ts";
import { toConnectError } from "./to-connect-error.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const convert = (error: unknown) => {
  const converted = toConnectError(error, TRACE);
  return { converted, infos: converted.findDetails(ErrorInfoSchema) };
};
const withCode = (code: string) => Object.assign(new Error("secret host 10.0.0.1"), { code });

describe("an error that leaves the server", () => {
  const reasons = Object.values(ErrorReason).filter(
    (reason): reason is Reason => typeof reason === "string" && reason !== "UNSPECIFIED",
  );

  it.each(reasons)("with reason %s has that reason's code and exactly one ErrorInfo", (reason) => {
    const { converted, infos } = convert(new AppError(reason, "do this", { metadata: { run_id: "r" } }));
    expect(converted.code).toBe(CODE_OF_REASON[reason]);
    expect(converted.rawMessage).toBe("do this");
    expect(infos).toMatchObject([{ reason, domain: "ameide", metadata: { run_id: "r" } }]);
  });

  it("that may be retried says when", () => {
    const { converted } = convert(new AppError("RATE_LIMITED", "slower", { retryAfterMilliseconds: 1500 }));
    const retry = converted.findDetails(RetryInfoSchema);
    expect(retry).toMatchObject([{ retryDelay: { seconds: 1n, nanos: 500_000_000 } }]);
  });

  it.each([
    ["an error", new Error("password=hunter2 at /srv/secret.ts")],
    ["a type error", new TypeError("password=hunter2")],
    ["an error with a cause", new Error("outer", { cause: new Error("password=hunter2") })],
    ["a string", "password=hunter2"],
    ["undefined", undefined],
    ["an object", { password: "hunter2" }],
    ["a Connect error nobody expected", new ConnectError("password=hunter2", Code.Unknown)],
    ["an internal Connect error", new ConnectError("password=hunter2", Code.Internal)],
    ["a violated constraint", Object.assign(new Error("hunter2"), { code: "23505" })],
  ])("and is unknown, %s, is INTERNAL with the trace id and nothing else", (_, error) => {
    const { converted, infos } = convert(error);
    expect(converted.code).toBe(Code.Internal);
    expect(infos).toMatchObject([{ reason: "INTERNAL", metadata: { trace_id: TRACE } }]);
    expect(converted.message).toContain(TRACE);
    expect(JSON.stringify([converted.message, infos[0]?.metadata])).not.toMatch(/hunter2|secret/);
  });

  it.each(["08006", "57P01", "53300", "ECONNREFUSED", "ECONNRESET", "CONNECTION_CLOSED", "CONNECT_TIMEOUT"])(
    "for want of the database (%s) is UNAVAILABLE and names no host",
    (code) => {
      const { converted, infos } = convert(new Error("query failed", { cause: withCode(code) }));
      expect(converted.code).toBe(Code.Unavailable);
      expect(infos).toMatchObject([{ reason: "UNAVAILABLE" }]);
      expect(converted.message).not.toContain("10.0.0.1");
    },
  );

  it("of a broken rule keeps the violations", () => {
    const violations = create(ViolationsSchema, { violations: [{ ruleId: "string.uuid" }] });
    const broken = new ConnectError("run_id: must be a UUID", Code.InvalidArgument, undefined, [
      { desc: ViolationsSchema, value: violations },
    ]);
    const { converted, infos } = convert(broken);
    expect(converted.code).toBe(Code.InvalidArgument);
    expect(infos).toMatchObject([{ reason: "SCHEMA_VIOLATION" }]);
    expect(converted.findDetails(ViolationsSchema)).toMatchObject([
      { violations: [{ ruleId: "string.uuid" }] },
    ]);
  });

  it.each([
    [Code.DeadlineExceeded, "DEADLINE_EXCEEDED"],
    [Code.Canceled, "CANCELED"],
    [Code.ResourceExhausted, "MESSAGE_TOO_LARGE"],
    [Code.Unimplemented, "UNIMPLEMENTED"],
    [Code.InvalidArgument, "MALFORMED"],
  ])("that Connect raised with code %s keeps it and gets the reason %s", (code, reason) => {
    const { converted, infos } = convert(new ConnectError("x", code));
    expect(converted.code).toBe(code);
    expect(infos).toMatchObject([{ reason }]);
  });

  it("that was converted before is left as it is", () => {
    const once = toConnectError(new AppError("RUN_NOT_FOUND", "no run"), TRACE);
    expect(toConnectError(once, TRACE)).toBe(once);
  });
});
