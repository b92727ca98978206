import { InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { Health } from "@ameide/proto/grpc/health/v1/health_pb.js";
import type { DescMethod } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import { AppError } from "../../platform/errors/app-error.ts";

/** Streams that know of the shutdown themselves and say good-bye in their own words. */
const SAY_IT_THEMSELVES: ReadonlySet<DescMethod> = new Set([
  InferenceService.method.generate,
  InferenceService.method.watchRun,
  Health.method.watch,
]);

/** What may wait for minutes. */
const waits = (method: DescMethod) =>
  method === InferenceService.method.generateBatch ||
  (method.methodKind === "server_streaming" && !SAY_IT_THEMSELVES.has(method));

/** A call that waits for something ends as UNAVAILABLE when the server goes down, so that it is repeated elsewhere. */
export function createLeaveOnDrain(draining: AbortSignal): Interceptor {
  return (next) => async (req) => {
    if (!waits(req.method)) return next(req);
    const refuseWhenDraining = () => {
      if (draining.aborted && !req.signal.aborted) throw new AppError("UNAVAILABLE", MESSAGE);
    };
    refuseWhenDraining();
    const res = await next({ ...req, signal: AbortSignal.any([req.signal, draining]) });
    if (res.stream) return { ...res, message: endingWith(res.message, refuseWhenDraining) };
    refuseWhenDraining();
    return res;
  };
}

const MESSAGE = "the server is shutting down; call again";

async function* endingWith<T>(messages: AsyncIterable<T>, last: () => void): AsyncGenerator<T> {
  yield* messages;
  last();
}
