import { InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { useMutation } from "@connectrpc/connect-query";
import { useCallback, useState } from "react";
import { problemOf } from "../../rpc/problem.ts";
import { toast } from "../../ui/toast.tsx";

const report = (error: unknown) => toast({ ...problemOf(error), tone: "danger" });

/** Stops the active run, or lets a parked one go on. */
export function useRunCommands(activeRunId: string, onResumed: () => void) {
  const [stopped, setStopped] = useState("");
  const { mutate: cancel } = useMutation(InferenceService.method.cancelRun, {
    onError: (error) => {
      setStopped("");
      report(error);
    },
  });
  const { mutate: resume } = useMutation(InferenceService.method.resumeRun, {
    onSuccess: onResumed,
    onError: report,
  });
  const stop = useCallback(() => {
    if (!activeRunId) return;
    setStopped(activeRunId);
    cancel({ runId: activeRunId });
  }, [activeRunId, cancel]);
  const goOn = useCallback((runId: string) => resume({ runId, requestId: crypto.randomUUID() }), [resume]);
  return { stop, goOn, stopping: activeRunId !== "" && stopped === activeRunId };
}
