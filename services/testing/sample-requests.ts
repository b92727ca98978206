import type { DescMethod } from "@bufbuild/protobuf";
import { v7 as uuidv7 } from "uuid";

/** The things that requests name. */
export interface SampleIds {
  /** A chat linked to the artifact. */
  chatId: string;
  artifactId: string;
  /** A run that has ended. */
  runId: string;
  /** An artifact with a model of one class, Order, and a branch "draft" with one more. */
  modelId: string;
  /** A proposed patch of that model with the operation "1". */
  patchId: string;
}

const said = { parts: [{ text: { text: "echo hello" } }] };
const requestId = () => uuidv7();
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
const run = ({ chatId }: SampleIds) => ({ requestId: requestId(), chatId, messages: [said] });

const upload = () => ({ uploadId: uuidv7() });
const ofArtifact = ({ artifactId }: SampleIds) => ({ artifactId });
const ofModel = ({ modelId }: SampleIds) => ({ artifactId: modelId });

/** About the content of artifacts. */
const CONTENT_SAMPLES: Readonly<Record<string, (ids: SampleIds) => object>> = {
  "ArtifactContentCommandService.CreateUpload": () => ({
    name: "a.md",
    sizeBytes: "3",
    requestId: requestId(),
  }),
  "ArtifactContentCommandService.AppendUpload": () => ({ ...upload(), offset: "0", chunk: "YWJj" }),
  "ArtifactContentCommandService.ImportContent": (ids) => ({ ...ofArtifact(ids), ...upload() }),
  "ArtifactContentCommandService.CreateSnapshot": (ids) => ({
    ...ofModel(ids),
    name: `snapshot ${uuidv7()}`,
  }),
  "ArtifactContentCommandService.WriteDocument": (ids) => ({ ...ofArtifact(ids), text: "# Title" }),
  "ArtifactContentCommandService.AttachFile": (ids) => ({ ...ofArtifact(ids), ...upload() }),
  "ArtifactContentCommandService.RemoveAttachment": (ids) => ({ ...ofArtifact(ids), attachmentId: uuidv7() }),
  "ArtifactContentCommandService.SetModelRules": () => ({
    rules: [{ name: "named", severity: 2, says: "Everything has a name.", condition: { field: "name" } }],
  }),
  "ArtifactContentQueryService.GetUpload": upload,
  "ArtifactContentQueryService.ExportContent": ofModel,
  "ArtifactContentQueryService.ListRevisions": ofModel,
  "ArtifactContentQueryService.ListSnapshots": ofModel,
  "ArtifactContentQueryService.GetModel": ofModel,
  "ArtifactContentQueryService.GetDocument": ofArtifact,
  "ArtifactContentQueryService.ListAttachments": ofArtifact,
  "ArtifactContentQueryService.DownloadAttachment": (ids) => ({ ...ofArtifact(ids), attachmentId: uuidv7() }),
  "ArtifactContentQueryService.ValidateModel": ofModel,
  "ArtifactContentQueryService.GetModelRules": () => ({}),
  "ArtifactContentQueryService.ListArtifactKinds": () => ({}),
  "ArtifactContentQueryService.SearchModelItems": (ids) => ({ query: "order", ...ofModel(ids) }),
};

const renameOrder = () => ({ id: "1", rename: { target: { nodeId: "Order" }, name: `Order ${uuidv7()}` } });

/** About patches of models. */
const PATCH_SAMPLES: Readonly<Record<string, (ids: SampleIds) => object>> = {
  "GraphPatchService.ProposePatch": ({ modelId }) => ({ artifactId: modelId, operations: [renameOrder()] }),
  "GraphPatchService.GetPatch": ({ patchId }) => ({ patchId }),
  "GraphPatchService.ListPatches": ({ modelId }) => ({ artifactId: modelId }),
  "GraphPatchService.ReviewPatch": ({ patchId }) => ({
    patchId,
    reviews: [{ operationId: "1", decision: 1 }],
  }),
  "GraphPatchService.ApplyPatch": ({ patchId }) => ({
    patchId,
    approveUndecided: true,
    requestId: requestId(),
  }),
  "GraphPatchService.RevertPatch": ({ patchId }) => ({ patchId, requestId: requestId() }),
  "GraphPatchService.SubmitChangeSet": ({ modelId }) => ({
    artifactId: modelId,
    baseVersion: "3",
    operations: [renameOrder()],
    requestId: requestId(),
  }),
  "GraphPatchService.Diff": ({ modelId }) => ({ artifactId: modelId }),
  "GraphPatchService.CreateBranch": ({ modelId }) => ({ artifactId: modelId, name: `b-${uuidv7()}` }),
  "GraphPatchService.ListBranches": ({ modelId }) => ({ artifactId: modelId }),
  "GraphPatchService.MergeBranch": ({ modelId }) => ({
    artifactId: modelId,
    from: "draft",
    requestId: requestId(),
  }),
  "GraphPatchService.GetProvenance": ({ modelId }) => ({ artifactId: modelId }),
  "AutopilotService.SetAutopilot": () => ({ agentId: "bpmn", operationTypes: ["rename"] }),
  "AutopilotService.GetAutopilot": () => ({ agentId: "simple-chat" }),
};

/** A valid request of every public RPC, as JSON; it names everything that it can name. */
const SAMPLES: Readonly<Record<string, (ids: SampleIds) => object>> = {
  "ChatCommandService.EnsureChatForArtifactAndSendMessage": ({ chatId, artifactId }) => ({
    chatId,
    artifactId,
    message: { ...said, artifactId },
    requestId: requestId(),
  }),
  "ChatCommandService.CreateChat": ({ artifactId }) => ({ artifactId, title: "New", requestId: requestId() }),
  "ChatCommandService.SendMessage": ({ chatId, artifactId }) => ({
    chatId,
    message: { ...said, artifactId },
    requestId: requestId(),
  }),
  "ChatCommandService.UpdateChatTitle": ({ chatId }) => ({ chatId, title: "Renamed" }),
  "ChatCommandService.DeleteChat": ({ chatId }) => ({ chatId }),
  "ChatCommandService.AssociateArtifact": ({ chatId, artifactId }) => ({
    chatId,
    artifactId,
    relationType: 3,
  }),
  "ChatCommandService.UpdateVisibility": ({ chatId }) => ({ chatId, visibility: 1 }),
  "ChatQueryService.GetChat": ({ chatId }) => ({ chatId }),
  "ChatQueryService.ListChats": ({ artifactId }) => ({ filter: { artifactIds: [artifactId] } }),
  "ChatQueryService.GetMessages": ({ chatId }) => ({ chatId }),
  "ChatQueryService.GetChatArtifacts": ({ chatId }) => ({ chatId }),
  "ChatQueryService.SearchChats": ({ artifactId }) => ({
    query: "chat",
    filter: { artifactIds: [artifactId] },
  }),
  "ChatQueryService.StreamChatUpdates": ({ chatId }) => ({ chatId }),
  "ArtifactCommandService.CreateArtifact": ({ chatId }) => ({
    title: "New",
    kind: "bpmn",
    primaryChatId: chatId,
  }),
  "ArtifactCommandService.RenameArtifact": ({ artifactId }) => ({ artifactId, title: "Renamed" }),
  "ArtifactCommandService.AssociateChat": ({ chatId, artifactId }) => ({
    chatId,
    artifactId,
    relationType: 3,
  }),
  "ArtifactCommandService.DissociateChat": ({ chatId, artifactId }) => ({ chatId, artifactId }),
  "ArtifactQueryService.GetArtifact": ({ artifactId }) => ({ artifactId }),
  "ArtifactQueryService.ListArtifacts": () => ({ kinds: ["bpmn"] }),
  "ArtifactQueryService.GetArtifactChats": ({ artifactId }) => ({ artifactId }),
  "ArtifactQueryService.GetArtifactHistory": ({ artifactId }) => ({ artifactId }),
  "ArtifactQueryService.StreamArtifactUpdates": ({ artifactId }) => ({ artifactId }),
  ...CONTENT_SAMPLES,
  ...PATCH_SAMPLES,
  "InferenceService.Generate": (ids) => ({ run: run(ids) }),
  "InferenceService.StartRun": run,
  "InferenceService.EstimateRun": ({ chatId }) => ({ chatId, messages: [said] }),
  "InferenceService.WatchRun": ({ runId }) => ({ runId }),
  "InferenceService.CancelRun": ({ runId }) => ({ runId }),
  "InferenceService.ResumeRun": ({ runId }) => ({ runId, requestId: requestId() }),
  "InferenceService.GetRun": ({ runId }) => ({ runId }),
  "InferenceService.ListRuns": ({ chatId }) => ({ chatId }),
  "InferenceService.GenerateBatch": () => ({ requestId: requestId(), items: [{ messages: [said] }] }),
  "AgentService.ListAgents": () => ({}),
  "AgentService.GetAgent": () => ({ agentId: "simple-chat" }),
  "AgentRegistryService.RegisterAgentVersion": () => ({
    agentId: `agent-${uuidv7()}`,
    version: "1",
    spec: { graph: 1, title: "Mine", prompt: "Answer." },
    requestId: requestId(),
  }),
  "AgentRegistryService.SetAgentRollout": () => ({
    agentId: "tools",
    shares: [{ version: "1", percent: 100 }],
  }),
  "AgentRegistryService.SetAgentOverride": () => ({ agentId: "tools", override: { maxModelCalls: 6 } }),
  "AgentRegistryService.GetAgentSettings": () => ({ agentId: "tools" }),
  "AgentRegistryService.ListAgentVersions": () => ({ agentId: "tools" }),
  "AgentRegistryService.GetAgentVersion": () => ({ agentId: "tools", version: "1" }),
  "BudgetService.GetBudget": () => ({}),
  "BudgetService.SetBudget": () => ({ window: 1, limitMicros: "4000000" }),
  "BudgetService.ListUsage": ({ runId }) => ({ runId }),
  "BudgetService.ListBudgets": () => ({ scope: 1 }),
  "BudgetService.DeleteBudget": () => ({ window: 2 }),
  "BudgetService.RaiseBudget": () => ({ window: 1, amount: "1", expireTime: inAnHour() }),
  "BudgetService.TopUpCredits": () => ({ amountMicros: "1000000000", requestId: requestId() }),
  "BudgetService.GetCredits": () => ({}),
  "BudgetService.SummarizeUsage": ({ runId }) => ({ runId, groupBy: [3] }),
  "BudgetService.ExportUsage": ({ runId }) => ({ runId }),
  "ProviderService.ListProviders": () => ({}),
  "ProjectionService.GetProjection": (ids) => ({ ...ofModel(ids), intent: 1, tokenBudget: 1000 }),
  "ProjectionService.ExpandProjection": (ids) => ({ ...ofModel(ids), handle: "AAAAAAAA+1" }),
  "ProjectionService.WatchProjection": ofModel,
  "ProjectionService.ListRefs": ofModel,
  "ProjectionService.ListReferences": ofModel,
};

/** How tests name an RPC. */
export const nameOf = (method: DescMethod): string => `${method.parent.name}.${method.name}`;

export const SAMPLE_NAMES: readonly string[] = Object.keys(SAMPLES);

/** A new valid request of the method as JSON, about these things. */
export function sampleRequest(method: DescMethod, ids: SampleIds): object {
  const sample = SAMPLES[nameOf(method)];
  if (!sample) throw new TypeError(`there is no sample request of ${nameOf(method)}`);
  return sample(ids);
}

/** Which of the things its request names. */
export function namedBy(method: DescMethod): (keyof SampleIds)[] {
  const marks: SampleIds = {
    chatId: "<chat>",
    artifactId: "<artifact>",
    runId: "<run>",
    modelId: "<model>",
    patchId: "<patch>",
  };
  const text = JSON.stringify(sampleRequest(method, marks));
  return (Object.keys(marks) as (keyof SampleIds)[]).filter((id) => text.includes(marks[id]));
}
