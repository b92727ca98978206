import type {
  AgentService,
  InferenceService,
} from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import type { ServiceImpl } from "@connectrpc/connect";
import { actorOf } from "../platform/auth/request-actor.ts";
import { cancelRun } from "./cancel-run.ts";
import type { RunDeps } from "./change-run.ts";
import { estimateRun } from "./estimate-run.ts";
import { generateBatch } from "./generate-batch.ts";
import { getAgent } from "./get-agent.ts";
import { getRun } from "./get-run.ts";
import { listAgents } from "./list-agents.ts";
import { listRuns } from "./list-runs.ts";
import { resumeRun } from "./resume-run.ts";
import { startRun } from "./start-run.ts";

/** The inference RPCs, except the two run streams, which the gateway answers. */
export function createInferenceHandlers(deps: RunDeps) {
  const inference = {
    startRun: (request, context) => startRun(deps, actorOf(context), request),
    estimateRun: (request, context) => estimateRun(deps, actorOf(context), request),
    cancelRun: (request, context) => cancelRun(deps, actorOf(context), request),
    resumeRun: (request, context) => resumeRun(deps, actorOf(context), request),
    getRun: (request, context) => getRun(deps, actorOf(context), request),
    listRuns: (request, context) => listRuns(deps, actorOf(context), request),
    generateBatch: (request, context) => generateBatch(deps, actorOf(context), request, context.signal),
  } satisfies Partial<ServiceImpl<typeof InferenceService>>;
  const agents = {
    listAgents: (request, context) => listAgents(deps, actorOf(context), request),
    getAgent: (request, context) => getAgent(deps, actorOf(context), request),
  } satisfies ServiceImpl<typeof AgentService>;
  return { inference, agents };
}
