/** What other slices may use of artifacts. */
export { artifactStream, decideLinkChat, decideUnlinkChat, type ArtifactState } from "./artifact.ts";
export { changeArtifact, loadArtifact, type ArtifactDeps } from "./change-artifact.ts";
export { createArtifact, type CreateArtifactDeps } from "./create-artifact.ts";
export { createArtifactHandlers } from "./handlers.ts";
export { findArtifactsById, searchArtifactRows as searchArtifacts } from "./store.ts";
