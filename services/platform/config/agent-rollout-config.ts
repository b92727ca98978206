import { z } from "zod";

const share = z.object({ version: z.string().min(1), percent: z.number().int().min(0).max(100) });

const rollout = z.object({
  /** A built-in agent. */
  agent_id: z.string().min(1),
  shares: z
    .array(share)
    .min(1)
    .refine((shares) => shares.reduce((sum, { percent }) => sum + percent, 0) === 100, "must add up to 100"),
  /** Only these; unset: all that no entry before this one names. */
  tenants: z.array(z.uuid()).optional(),
});
export type AgentRolloutConfig = z.infer<typeof rollout>;

/** AGENT_ROLLOUTS, once it has been parsed as JSON. */
export const agentRollouts = z.array(rollout);
