import { createTurns, type Turns } from "../platform/db/turns.ts";

/** Who writes to the same model in this process, in what order. */
export type ModelTurns = <T>(model: ModelLine, work: () => Promise<T>) => Promise<T>;

export interface ModelLine {
  tenantId: string;
  artifactId: string;
  branch: string;
}

/**
 * Writers to one model take turns, so that each is compiled once, outside of its transaction, for the version that it
 * will be applied to. Writers of other processes are met at `lockModel`; who lost to one compiles again behind it.
 */
export function createModelTurns(): ModelTurns {
  const lines = new Map<string, { turns: Turns; waiting: number }>();
  return async ({ tenantId, artifactId, branch }, work) => {
    const key = `${tenantId} ${artifactId} ${branch}`;
    const line = lines.get(key) ?? { turns: createTurns(), waiting: 0 };
    lines.set(key, line);
    line.waiting++;
    try {
      return await line.turns(work);
    } finally {
      line.waiting--;
      if (line.waiting === 0) lines.delete(key);
    }
  };
}
