import { StartRunRequestSchema } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { create } from "@bufbuild/protobuf";
import { startRun } from "../../services/inference/index.ts";
import type { Actor } from "../../services/platform/auth/actor.ts";
import type { Slices } from "../../services/slices.ts";

export interface WantedRuns {
  count: number;
  actor: Actor;
}

const STARTS_AT_A_TIME = 8;

/** Runs of one person that nobody executes. */
export async function startRuns(slices: Slices, { count, actor }: WantedRuns): Promise<string[]> {
  const runIds: string[] = [];
  const messages = [{ parts: [{ kind: { case: "text" as const, value: { text: "hello" } } }] }];
  let started = 0;
  const startSome = async () => {
    while (started++ < count) {
      const request = create(StartRunRequestSchema, { requestId: crypto.randomUUID(), messages });
      runIds.push((await startRun(slices, actor, request)).run?.runId ?? "");
    }
  };
  await Promise.all(Array.from({ length: STARTS_AT_A_TIME }, startSome));
  return runIds;
}
