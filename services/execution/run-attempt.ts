import type { Interrupt } from "@ameide/proto/ameide/inference/v1/interrupt_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { conversationOfRun, type Claim } from "../inference/index.ts";
import { EpochLost, FencedOut } from "../platform/frame-log/frame-log.ts";
import type { AgentEvent } from "./agent-event.ts";
import { conclude, concludeAfter } from "./conclude-run.ts";
import { TAKE_ALL_BACK } from "./restatement.ts";
import { restoreAnswer } from "./restore-answer.ts";
import { RunSession, type RunSessionDeps } from "./run-session.ts";
import { RunStop } from "./run-stop.ts";
import { tellEvent } from "./tell-event.ts";

/** Works on a claimed run until it ends, is parked, is taken over, or the controller aborts. */
export async function runAttempt(deps: RunSessionDeps, claim: Claim, abort: AbortController): Promise<void> {
  const onRefused = (error: unknown) => abort.abort(stopFor(error));
  const session = await RunSession.begin(deps, claim, abort.signal, onRefused);
  if (!session) return;
  try {
    begin(session);
    const interrupt = await follow(session, abort);
    if (interrupt) await conclude(session, { state: RunState.INTERRUPTED, interrupt });
    else await conclude(session, { state: RunState.COMPLETED });
  } catch (error) {
    await concludeAfter(session, error);
  }
}

function stopFor(error: unknown): unknown {
  if (error instanceof FencedOut) return new RunStop("lease-lost");
  return error instanceof EpochLost ? new RunStop("give-back") : error;
}

/**
 * A later attempt takes back what was said at once, so that the line and what is stored of it agree. Where the attempt
 * before stopped in good order they do agree, and its checkpoint will tell what of it may stay.
 */
function begin({ answer, claim, run, refusal, settled, writer }: RunSession): void {
  const { agentId, agentVersion, model } = run;
  writer.emit({
    case: "started",
    value: { $typeName: "ameide.inference.v1.Started", agentId, agentVersion, model },
  });
  if (settled) answer.replaceWith(settled.snapshot?.parts ?? []);
  else if (claim.attempt > 1) writer.emit(TAKE_ALL_BACK);
  if (run.cancelRequested) throw new RunStop("cancelled");
  if (refusal) throw refusal;
}

/** Brings what readers know and what is owed to what the attempt before has left. */
async function takeOver(session: RunSession, event: AgentEvent): Promise<void> {
  const { parts, ended } = event.type === "restored" ? event : NOTHING_HELD;
  restoreAnswer(session, parts);
  await session.bookAbandoned(ended);
}

const NOTHING_HELD = { parts: [], ended: [] };

/** Resolves to the question that the run stands still with, if it asks one. */
async function follow(session: RunSession, abort: AbortController): Promise<Interrupt | undefined> {
  const { run, claim, deps } = session;
  const conversation = await conversationOfRun(deps.database.reader(claim.tenantId), run);
  const { runId, chatId, userId, agentId, agentVersion, model, maxOutputTokens, cache, resumed } = run;
  const { tenantId, attempt } = claim;
  const events = deps.executor.execute({
    tenantId,
    runId,
    chatId,
    userId,
    attempt,
    agentId,
    agentVersion,
    model,
    maxOutputTokens,
    cache,
    conversation,
    resumed: resumed?.answer && {
      interruptId: resumed.interruptId,
      answer: resumed.answer,
      userId: resumed.userId,
    },
    beforeModelCall: (call) => session.openCall(call),
    signal: abort.signal,
  });
  let isFirst = true;
  for await (const event of events) {
    try {
      if (isFirst) await takeOver(session, event);
      isFirst = false;
      if (event.type === "interrupted") return event.interrupt;
      await tellEvent(session, event);
    } catch (error) {
      // Whatever of the graph waits for this session must not wait for ever.
      abort.abort(error);
      throw error;
    }
  }
  return undefined;
}
