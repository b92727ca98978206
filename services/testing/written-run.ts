import { MessagePartSchema, type MessagePart } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { StatusSchema } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { RunProgressSchema } from "@ameide/proto-private/ameide/runs/v1/run_progress_pb.js";
import { create } from "@bufbuild/protobuf";
import { RunWriter } from "../execution/run-writer.ts";
import { endRun, findRun, saveProgress, type RunOutcome } from "../inference/index.ts";
import type { Actor } from "../platform/auth/actor.ts";
import type { TestSlices } from "./test-slices.ts";

/** A run whose frames a test writes itself: nobody executes it. */
export interface WrittenRun {
  runId: string;
  writer: RunWriter;
  /** What was said so far. */
  text: string;
  /** Says so many words, one frame each. */
  say(words: number): Promise<void>;
  /** Stores a snapshot of what was said so far, as an executor does. */
  keepProgress(): Promise<void>;
  /** Ends or parks it in the database; with `tell`, on the line too. */
  end(state: RunOutcome["state"], tell: boolean): Promise<void>;
}

export async function writeRun(slices: TestSlices, actor: Actor, runId?: string): Promise<WrittenRun> {
  const id = runId ?? (await slices.start(actor, "echo nobody executes this"));
  const writer = await RunWriter.open({ log: slices.log, runId: id, attempt: 1, onRefused: () => undefined });
  const inTenant = <T>(work: Parameters<typeof slices.database.transaction<T>>[1]) =>
    slices.database.transaction(actor.tenantId, work);
  const run: WrittenRun = {
    runId: id,
    writer,
    text: "",
    async say(words) {
      for (let i = 0; i < words; i++) {
        const word = `wörd😀${writer.lastSeq} `;
        writer.text([...run.text].length, word);
        run.text += word;
        await writer.flush();
      }
    },
    keepProgress: () => inTenant((tx) => saveProgress(tx, id, progressOf(run), slices.now())),
    async end(state, tell) {
      const outcome = { state, parts: partsOf(run.text), usage: undefined, error: undefined };
      await inTenant(async (tx) => {
        const stored = await findRun(tx, id);
        if (stored) await endRun(tx, slices, actor, stored, outcome);
      });
      if (!tell) return;
      writer.emit({ case: "status", value: create(StatusSchema, { state }) });
      await writer.flush();
    },
  };
  return run;
}

function progressOf({ writer, text }: WrittenRun) {
  return create(RunProgressSchema, {
    epoch: writer.epoch,
    attempt: 1,
    snapshot: {
      state: RunState.RUNNING,
      parts: partsOf(text),
      textLength: BigInt([...text].length),
      seq: BigInt(writer.lastSeq),
    },
  });
}

function partsOf(text: string): MessagePart[] {
  return text === "" ? [] : [create(MessagePartSchema, { kind: { case: "text", value: { text } } })];
}
