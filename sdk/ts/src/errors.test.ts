import { ViolationsSchema } from "@ameide/proto/buf/validate/validate_pb.js";
import { ErrorInfoSchema, RetryInfoSchema } from "@ameide/proto/google/rpc/error_details_pb.js";
import { InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { metadataOf, reasonOf, retryDelayOf, violationsOf } from "./errors.ts";

/** The error as a client gets it over the wire. */
async function received(error: ConnectError): Promise<unknown> {
  const transport = createRouterTransport(({ service }) => {
    service(InferenceService, {
      startRun() {
        throw error;
      },
    });
  });
  return await createClient(InferenceService, transport)
    .startRun({})
    .catch((caught: unknown) => caught);
}

function info(reason: string, domain = "ameide") {
  return { desc: ErrorInfoSchema, value: { reason, domain, metadata: { run_id: "r1" } } };
}

describe("a refusal", () => {
  it("tells its reason, the thing and when to come back", async () => {
    const retry = { desc: RetryInfoSchema, value: { retryDelay: { seconds: 2n, nanos: 500_000_000 } } };
    const error = await received(
      new ConnectError("x", Code.FailedPrecondition, {}, [info("RUN_ACTIVE"), retry]),
    );
    expect(reasonOf(error)).toBe("RUN_ACTIVE");
    expect(metadataOf(error)).toEqual({ run_id: "r1" });
    expect(retryDelayOf(error)).toBe(2500);
    expect(violationsOf(error)).toEqual([]);
  });

  it("names the fields that break a rule", async () => {
    const value = {
      violations: [
        {
          field: {
            elements: [
              { fieldName: "message" },
              { fieldName: "parts", subscript: { case: "index" as const, value: 2n } },
              { fieldName: "labels", subscript: { case: "stringKey" as const, value: "a.b" } },
            ],
          },
          ruleId: "string.max_len",
          message: "too long",
        },
        { ruleId: "run.chat.one_message", message: "one message" },
      ],
    };
    const error = await received(
      new ConnectError("x", Code.InvalidArgument, {}, [
        info("SCHEMA_VIOLATION"),
        { desc: ViolationsSchema, value },
      ]),
    );
    expect(violationsOf(error)).toEqual([
      { field: 'message.parts[2].labels["a.b"]', ruleId: "string.max_len", message: "too long" },
      { field: "", ruleId: "run.chat.one_message", message: "one message" },
    ]);
  });

  it.each([
    ["another domain", new ConnectError("x", Code.Internal, {}, [info("RUN_ACTIVE", "example.com")])],
    ["a reason that is not known", new ConnectError("x", Code.Internal, {}, [info("FLUX_LOW")])],
    ["a number for a reason", new ConnectError("x", Code.Internal, {}, [info("13")])],
    ["no details", new ConnectError("x", Code.Internal)],
  ])("has no reason with %s", async (_, error) => {
    expect(reasonOf(await received(error))).toBeUndefined();
  });

  it("is none of other errors", () => {
    for (const error of [new Error("x"), undefined, "x", new ConnectError("x")]) {
      expect(reasonOf(error)).toBeUndefined();
      expect(metadataOf(error)).toEqual({});
      expect(retryDelayOf(error)).toBeUndefined();
      expect(violationsOf(error)).toEqual([]);
    }
  });
});
