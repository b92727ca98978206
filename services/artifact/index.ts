/** What other slices may use of artifacts. */
export { artifactStream, decideLinkChat, decideUnlinkChat, type ArtifactState } from "./artifact.ts";
export { changeArtifact, loadArtifact, type ArtifactDeps } from "./change-artifact.ts";
export { createArtifact, type CreateArtifactDeps } from "./create-artifact.ts";
export { createArtifactHandlers } from "./handlers.ts";
export { findArtifactsById, searchArtifactRows as searchArtifacts } from "./store.ts";
export { findBranch, listBranches, type Branch } from "./content/branch-store.ts";
export { beginModel } from "./content/begin-model.ts";
export { commitModel, type CommitModel, type CommittedModel } from "./content/commit-model.ts";
export { createCodecPool } from "./content/codec-pool.ts";
export { createContentHandlers } from "./content/content-handlers.ts";
export { createKits } from "./content/kits.ts";
export type { ContentDeps, Kits, ModelDeps } from "./content/content-deps.ts";
export { loadLine, MAIN, type ContentLine, type ModelRef } from "./content/content-line.ts";
export type { ContentState } from "./content/content-state.ts";
export { createBranch, deleteBranch, type NewBranch } from "./content/create-branch.ts";
export { GraphCache } from "./content/graph-cache.ts";
export {
  itemsWithIds,
  itemsWithKeys,
  itemsWithWords,
  referencesFrom,
  referencesTo,
  type FoundItem,
  type FoundReference,
} from "./content/model-search-store.ts";
export { findRules, type RuleSet } from "./content/model-rule-store.ts";
export { tenantRules } from "./content/tenant-rules.ts";
export { sweepContent } from "./content/sweep-content.ts";
export { validateModel } from "./content/validate-model.ts";
export { violations } from "./content/violations.ts";
export { listRevisionRows, revisionAt, type Revision } from "./content/revision-store.ts";
export { listSnapshotRows, type SnapshotState } from "./content/snapshot-store.ts";
export { loadModel, type LoadedModel } from "./content/load-model.ts";
export { readChanges, type ModelCommit } from "./content/read-changes.ts";
export { listModelRefRows } from "./content/model-ref-store.ts";
export { listReferenceRows } from "./content/reference-store.ts";
