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
import type { FrameReader } from "./stored-frame.ts";
import { watchRun, type WatchDeps } from "./watch-run.ts";

const FROM_THE_START = { resumeToken: "", afterSeq: 0n };

/** The two run streams. */
export function createRunStreamHandlers(deps: RunDeps & WatchDeps) {
  return {
    generate({ run: wanted }, context) {
      const actor = actorOf(context);
      const tell = async (reader: FrameReader) => {
        if (!wanted) throw new TypeError("validation lets no request without a run through");
        const { run } = await startRun(deps, actor, wanted);
        await watchRun(deps, actor, { ...FROM_THE_START, runId: run?.runId ?? "" }, reader);
      };
      return frameResponses((frame) => create(GenerateResponseSchema, { frame }), tell, context);
    },
    watchRun(wanted, context) {
      const actor = actorOf(context);
      const tell = (reader: FrameReader) => watchRun(deps, actor, wanted, reader);
      return frameResponses((frame) => create(WatchRunResponseSchema, { frame }), tell, context);
    },
  } satisfies Partial<ServiceImpl<typeof InferenceService>>;
}
