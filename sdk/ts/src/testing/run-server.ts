import {
  InferenceService,
  type WatchRunRequest,
} from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { ResumeState, type RunFrame } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { ErrorInfoSchema } from "@ameide/proto/google/rpc/error_details_pb.js";
import { type Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import { type AmeideOptions, createAmeide } from "../create-ameide.ts";
import { frame, text, type textPart } from "./frames.ts";

export type Step = RunFrame | Error | "hang";

export const hello = frame(1, text(0, "Hello"), { resumeToken: "t1" });
export const world = frame(2, text(5, " world"));
export const completed = frame(3, { case: "status", value: { state: RunState.COMPLETED, messageId: "m1" } });
export const gone = frame(0, { case: "resumed", value: { state: ResumeState.GONE, epoch: "e1" } });

export function refusal(code: Code, reason: string): ConnectError {
  return new ConnectError("no", code, undefined, [
    { desc: ErrorInfoSchema, value: { reason, domain: "ameide" } },
  ]);
}

/** A server with one list of frames for each WatchRun; `stored` are the answers of GetRun, or its refusals. */
export function server(...watches: Step[][]) {
  const calls = {
    watched: [] as WatchRunRequest[],
    requestIds: [] as string[],
    tokens: [] as (string | null)[],
  };
  const starts: (Error | undefined)[] = [];
  const stored: (ConnectError | { state: RunState; parts: ReturnType<typeof textPart>[] })[] = [];
  const connect = (options: Partial<AmeideOptions> = {}) =>
    createAmeide({
      baseUrl: "https://in-memory",
      token: "t",
      ...options,
      transport: ({ interceptors }) =>
        createRouterTransport(
          ({ service }) => {
            service(InferenceService, {
              startRun({ requestId }) {
                calls.requestIds.push(requestId);
                const failure = starts.shift();
                if (failure !== undefined) throw failure;
                return { run: { runId: "run-1", state: RunState.QUEUED } };
              },
              getRun() {
                const next = stored.shift();
                if (next instanceof ConnectError) throw next;
                return { run: { runId: "run-1", ...next } };
              },
              async *watchRun(request, { requestHeader, signal }) {
                calls.watched.push(request);
                calls.tokens.push(requestHeader.get("authorization"));
                for (const step of watches[calls.watched.length - 1] ?? []) {
                  if (step instanceof Error) throw step;
                  if (step === "hang")
                    await new Promise((resolve) => signal.addEventListener("abort", resolve));
                  else yield { frame: step };
                }
              },
            });
          },
          { transport: { interceptors } },
        ),
    });
  return { connect, calls, starts, stored };
}
