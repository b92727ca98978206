import {
  GenerateResponseSchema,
  WatchRunResponseSchema,
  type InferenceService,
} from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { create } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import { startRun, type RunDeps } from "../../inference/index.ts";
import { actorOf } from "../../platform/auth/request-actor.ts";
import { frameResponses } from "./frame-responses.ts";
import { watchRun, type WatchDeps } from "./watch-run.ts";

const FROM_THE_START = { resumeToken: "", afterSeq: 0n };

/** The two run streams. */
export function createRunStreamHandlers(deps: RunDeps & WatchDeps) {
  return {
    async *generate(request, context) {
      if (!request.run) throw new TypeError("validation lets no request without a run through");
      const { run } = await startRun(deps, actorOf(context), request.run);
      const wanted = { runId: run?.runId ?? "", ...FROM_THE_START };
      const frames = watchRun(deps, actorOf(context), wanted, context.signal);
      yield* frameResponses((frame) => create(GenerateResponseSchema, { frame }), frames, context);
    },
    watchRun(request, context) {
      const frames = watchRun(deps, actorOf(context), request, context.signal);
      return frameResponses((frame) => create(WatchRunResponseSchema, { frame }), frames, context);
    },
  } satisfies Partial<ServiceImpl<typeof InferenceService>>;
}
