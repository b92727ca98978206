/** What other slices may use of projections. */
export { createProjectionHandlers } from "./handlers.ts";
export { expandHandle, projectModel, type ProjectedModel } from "./project-model.ts";
export type { ProjectionDeps } from "./projection-deps.ts";
