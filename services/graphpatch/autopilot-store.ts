import { and, eq } from "drizzle-orm";
import type { Reader, Tx } from "../platform/db/database.ts";
import { autopilots } from "./tables.ts";

/** What an agent may apply without a person. */
export interface AutopilotState {
  agentId: string;
  operationTypes: string[];
  maxOperations: number;
  version: number;
  updatedBy: string;
  /** Undefined: nobody has ever set anything. */
  updateTime: Date | undefined;
}

export async function findAutopilot(reader: Reader, agentId: string): Promise<AutopilotState> {
  const [row] = await reader.sql
    .select()
    .from(autopilots)
    .where(and(eq(autopilots.tenantId, reader.tenantId), eq(autopilots.agentId, agentId)));
  if (!row)
    return {
      agentId,
      operationTypes: [],
      maxOperations: 0,
      version: 0,
      updatedBy: "",
      updateTime: undefined,
    };
  const { tenantId: _, ...state } = row;
  return state;
}

/** The row is what the last event set, stored with it. */
export async function saveAutopilot(
  tx: Tx,
  { agentId, ...state }: AutopilotState & { updateTime: Date },
): Promise<void> {
  await tx.sql
    .insert(autopilots)
    .values({ tenantId: tx.tenantId, agentId, ...state })
    .onConflictDoUpdate({ target: [autopilots.tenantId, autopilots.agentId], set: state });
}
