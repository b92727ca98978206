import { StatusSchema } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { create } from "@bufbuild/protobuf";
import { RunWriter } from "../../services/execution/run-writer.ts";
import type { FrameLog } from "../../services/platform/frame-log/frame-log.ts";
import { clock, TOKEN_LENGTH, tokenText } from "./token-text.ts";

export interface Feeding {
  tokensPerSecond: number;
  tokensPerRun: number;
}

const TURN_MILLISECONDS = 2;

/** Says tokens on many runs at a fixed pace each, evenly spread, through the executor's own writer. */
export function createFeeder(log: FrameLog) {
  let writers: RunWriter[] = [];
  const refusals: string[] = [];

  async function prepare(runIds: readonly string[]): Promise<void> {
    writers = [];
    const onRefused = (error: unknown) => void refusals.push(String(error));
    for (const runId of runIds) {
      const writer = await RunWriter.open({ log, runId, attempt: 1, onRefused });
      const value = { agentId: "bench", agentVersion: "1", model: "bench/bench" };
      writer.emit({ case: "started", value: { $typeName: "ameide.inference.v1.Started", ...value } });
      await writer.flush();
      writers.push(writer);
    }
  }

  /** Resolves when every run has said all its tokens and has ended. */
  async function feed({ tokensPerSecond, tokensPerRun }: Feeding) {
    const said = new Uint32Array(writers.length);
    const started = performance.now();
    let late = 0;
    for (let done = 0; done < writers.length;) {
      const position = ((performance.now() - started) / 1000) * tokensPerSecond;
      done = 0;
      for (const [index, writer] of writers.entries()) {
        const due = Math.min(tokensPerRun, Math.floor(position + 1 - index / writers.length));
        let next = said[index] ?? 0;
        if (due - next > 1) late += 1;
        for (; next < due; next++) writer.text(next * TOKEN_LENGTH, tokenText(next, clock()));
        said[index] = next;
        if (next === tokensPerRun) done += 1;
      }
      await new Promise((resolve) => setTimeout(resolve, TURN_MILLISECONDS));
    }
    const milliseconds = performance.now() - started;
    await Promise.all(writers.map(end));
    return { milliseconds, late, refusals };
  }
  return { prepare, feed };
}

async function end(writer: RunWriter): Promise<void> {
  writer.emit({ case: "status", value: create(StatusSchema, { state: RunState.COMPLETED }) });
  await writer.flush();
}
