/** What other slices and the execution layer may use of runs. */
export { createAgentRegistry, needsOf, type AgentDefinition, type AgentRegistry } from "./agent-registry.ts";
export { BUILT_IN_AGENTS } from "./agents/built-in-agents.ts";
export { createAgentRegistryHandlers } from "./agents/registry-handlers.ts";
export { CANCEL_SUBJECT, changeRun, type RunDeps } from "./change-run.ts";
export { createProviderHandlers } from "./providers/provider-handlers.ts";
export { forgetHealth, saveHealth, type HealthReport } from "./providers/provider-health-store.ts";
export { createChatRuns } from "./chat-runs.ts";
export { STOPPED } from "./close-tool-calls.ts";
export { conversationOfRun } from "./conversation.ts";
export { endRun } from "./end-run.ts";
export { createInferenceHandlers } from "./handlers.ts";
export { hintRun } from "./hint-run.ts";
export {
  claimNamedRuns,
  claimRuns,
  giveLeaseBack,
  holdsClaim,
  releaseLeases,
  removeClaimed,
  renewLeases,
  type Claim,
} from "./lease-store.ts";
export {
  createModelCatalog,
  keptRef,
  OFFLINE_MODEL,
  type ModelCatalog,
  type ModelInfo,
} from "./model-catalog.ts";
export { lacking } from "./route-models.ts";
export { loadReadableRun } from "./run-access.ts";
export { usageMessage } from "./run-message.ts";
export {
  decideClaim,
  decideGiveBack,
  hasEnded,
  runStream,
  isSuspended,
  type RunOutcome,
  type RunRecord,
} from "./run.ts";
export { startRun } from "./start-run.ts";
export { findProgress, findRun, saveProgress } from "./store.ts";
