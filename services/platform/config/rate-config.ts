import { z } from "zod";
import { jsonOf } from "./json-of.ts";
import { whole } from "./whole-number.ts";

const perMinute = (calls: number) => whole(0, 1_000_000_000).default(calls);

/** How much callers may do; 0 is without a limit. */
export const rates = {
  /** Commands and run starts. */
  RATE_USER_PER_MINUTE: perMinute(100),
  RATE_USER_READS_PER_MINUTE: perMinute(1200),
  RATE_TENANT_PER_MINUTE: perMinute(6000),
  RATE_TENANT_READS_PER_MINUTE: perMinute(60_000),
  /** A user's calls of single methods, by full name. */
  RATE_METHODS_PER_MINUTE: jsonOf(z.record(z.string(), z.number().int().positive()), "{}"),
  STREAMS_PER_USER: whole(0, 1_000_000).default(100),
  STREAMS_PER_TENANT: whole(0, 10_000_000).default(20_000),
};
