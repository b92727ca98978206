import type { ModelPorts } from "./model-ports.ts";

/** What the tools need of the rest of the program; handed in by the composition root. */
export interface ToolPorts {
  now(): Date;
  /** Artifacts of the tenant whose title contains the text, or the one with that id; at most 10. */
  findArtifacts(
    who: { tenantId: string; userId: string },
    query: string,
  ): Promise<{ artifactId: string; title: string; kind: string; updateTime: Date }[]>;
  /** Creates one artifact per key, whoever asks again. Resolves to its id. */
  createArtifact(
    who: { tenantId: string; userId: string },
    artifact: { title: string; kind: string },
    idempotencyKey: string,
  ): Promise<string>;
  /** What agents do with models. */
  models: ModelPorts;
}
