import { ViolationsSchema } from "@ameide/proto/buf/validate/validate_pb.js";
import { ErrorInfoSchema } from "@ameide/proto/google/rpc/error_details_pb.js";
import { fromJson, toJson } from "@bufbuild/protobuf";
import type { DescMethod, DescMethodStreaming, DescMethodUnary, JsonValue } from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";

/** What came of a call, in a form that two calls can be compared by. */
export type Outcome =
  | { ok: true; response: JsonValue }
  | {
      ok: false;
      code: string;
      reason: string;
      message: string;
      metadata: Record<string, string>;
      /** The ids of the broken rules, where any are. */
      violations?: string[];
    };

/**
 * Calls any unary or server-streaming RPC with a request as JSON; of a stream, the first message counts that is not
 * just a sign of life.
 */
export async function callMethod(
  transport: Transport,
  method: DescMethod,
  request: object,
): Promise<Outcome> {
  const message = fromJson(method.input, request as JsonValue);
  try {
    return { ok: true, response: await firstResponse(transport, method, message) };
  } catch (thrown) {
    const error = ConnectError.from(thrown);
    const infos = error.findDetails(ErrorInfoSchema);
    const [info] = infos;
    if (!info || infos.length > 1) throw new Error(`${infos.length} ErrorInfos`, { cause: thrown });
    const { reason, metadata } = info;
    const violations = error.findDetails(ViolationsSchema).flatMap((v) => v.violations.map((b) => b.ruleId));
    return {
      ok: false,
      code: Code[error.code],
      reason,
      message: error.rawMessage,
      metadata: { ...metadata },
      ...(violations.length > 0 && { violations }),
    };
  }
}

async function firstResponse(
  transport: Transport,
  method: DescMethod,
  message: ReturnType<typeof fromJson>,
): Promise<JsonValue> {
  if (method.methodKind === "unary") {
    const response = await transport.unary(
      method as DescMethodUnary,
      undefined,
      undefined,
      undefined,
      message,
    );
    return toJson(method.output, response.message);
  }
  const leave = new AbortController();
  const once = async function* () {
    yield message;
  };
  const response = await transport.stream(
    method as DescMethodStreaming,
    leave.signal,
    undefined,
    undefined,
    once(),
  );
  for await (const first of response.message) {
    const json = toJson(method.output, first);
    if (isHeartbeat(json)) continue;
    leave.abort();
    return json;
  }
  return null;
}

/** An update stream begins with one: no change, so no version. */
const isHeartbeat = (json: JsonValue) =>
  json !== null && typeof json === "object" && "eventTime" in json && !("version" in json);
