export { getArtifact } from "./get-artifact.ts";
