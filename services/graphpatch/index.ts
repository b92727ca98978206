/** What other slices may use of patches. */
export { applyPatch, type ApplyPermission } from "./apply-patch.ts";
export { getPatch } from "./get-patch.ts";
export { createGraphPatchHandlers } from "./handlers.ts";
export { BY_ALLOW_LIST, mayApplyAlone } from "./may-apply-alone.ts";
export { createModelTurns, type ModelTurns } from "./model-turns.ts";
export type { PatchDeps } from "./patch-deps.ts";
export { diagnosticsOf, PatchRefused } from "./patch-refused.ts";
export { proposePatch } from "./propose-patch.ts";
export { repairOperations } from "./repairs/repair-operations.ts";
export { reviewPatch } from "./review-patch.ts";
export { undecidedOf } from "./reviews.ts";
