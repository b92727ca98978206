import { BreakerState, type ProviderModelSchema } from "@ameide/proto/ameide/inference/v1/provider_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { HealthRow } from "./provider-health-store.ts";

type Health = Pick<
  Exclude<MessageInitShape<typeof ProviderModelSchema>, { $typeName: string }>,
  "breaker" | "inFlight" | "successPercent" | "firstTokenLatency" | "lastFailure" | "executors" | "asOf"
>;

const STATES = { closed: BreakerState.CLOSED, "half-open": BreakerState.HALF_OPEN, open: BreakerState.OPEN };

/** What the executors say of one model, put together. */
export function healthOf(rows: readonly HealthRow[]): Health {
  const [latest] = rows.toSorted((a, b) => b.updateTime.getTime() - a.updateTime.getTime());
  if (!latest) return {};
  const success = meanOf(rows.flatMap(({ successPercent }) => successPercent ?? []));
  const firstToken = meanOf(rows.flatMap(({ firstTokenMilliseconds: ms }) => ms ?? []));
  const failure = latestFailure(rows);
  return {
    breaker: Math.max(...rows.map(({ breaker }) => STATES[breaker])),
    inFlight: rows.reduce((sum, { inFlight }) => sum + inFlight, 0),
    executors: rows.length,
    asOf: timestampFromDate(latest.updateTime),
    ...(success !== undefined && { successPercent: Math.round(success) }),
    ...(firstToken !== undefined && { firstTokenLatency: durationFromMs(Math.round(firstToken)) }),
    ...(failure && { lastFailure: failure }),
  };
}

function latestFailure(rows: readonly HealthRow[]) {
  const failures = rows.flatMap(({ failure, failTime }) => (failTime ? [{ failure, failTime }] : []));
  const [latest] = failures.toSorted((a, b) => b.failTime.getTime() - a.failTime.getTime());
  return latest && { what: latest.failure, time: timestampFromDate(latest.failTime) };
}

const meanOf = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
