import { ErrorInfoSchema } from "@ameide/proto/google/rpc/error_details_pb.js";
import { Code, ConnectError } from "@connectrpc/connect";

/** How a call was refused, as a client can tell. */
export interface Refusal {
  code: string;
  reason: string;
  metadata: Record<string, string>;
}

/** The refusals of calls that were made at once. */
export const refusalsOf = (...calls: readonly Promise<unknown>[]): Promise<Refusal[]> =>
  Promise.all(calls.map(refusalOf));

/** The refusal of a call that must be refused. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  const error = await call.then(
    () => new Error("it was not refused"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConnectError)) throw error;
  const [info] = error.findDetails(ErrorInfoSchema);
  return {
    code: Code[error.code],
    reason: info?.reason ?? error.rawMessage,
    metadata: { ...info?.metadata },
  };
}
