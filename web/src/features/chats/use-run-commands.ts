import { InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { reasonOf, RunState } from "@ameide/sdk";
import type { InterruptAnswer } from "@ameide/sdk";
import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { problemOf } from "../../rpc/problem.ts";
import { toast } from "../../ui/toast.tsx";
import { endRun } from "./chat-cache.ts";

const report = (error: unknown) => toast({ ...problemOf(error), tone: "danger" });

/** Stops the active run or one that waits, lets a parked one go on, answers one that asks. */
export function useRunCommands(activeRunId: string, onResumed: () => void) {
  const [stopped, setStopped] = useState("");
  const client = useQueryClient();
  const { mutate: cancel } = useMutation(InferenceService.method.cancelRun, {
    onSuccess: ({ run }) => {
      // One that had no executor has ended by now, and nobody follows it.
      if (run?.state === RunState.CANCELLED) endRun(client, run.chatId, run.runId);
    },
    onError: (error) => {
      setStopped("");
      report(error);
    },
  });
  const { mutate: resume, isPending: resuming } = useMutation(InferenceService.method.resumeRun, {
    onSuccess: onResumed,
    onError: (error) => {
      report(error);
      // Somebody else was faster; the answer goes on.
      if (reasonOf(error) === "INTERRUPT_STALE") onResumed();
    },
  });
  const stop = useCallback(() => {
    if (!activeRunId) return;
    setStopped(activeRunId);
    cancel({ runId: activeRunId });
  }, [activeRunId, cancel]);
  const goOn = useCallback((runId: string) => resume({ runId, requestId: crypto.randomUUID() }), [resume]);
  const answer = useCallback(
    (runId: string, interruptId: string, reply: InterruptAnswer["answer"]) =>
      resume({ runId, interruptId, requestId: crypto.randomUUID(), answer: { answer: reply } }),
    [resume],
  );
  /** Takes a message out that waits for its turn. */
  const cancelWaiting = useCallback((runId: string) => cancel({ runId }), [cancel]);
  return {
    stop,
    goOn,
    answer,
    cancelWaiting,
    resuming,
    stopping: activeRunId !== "" && stopped === activeRunId,
  };
}
