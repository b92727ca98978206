import type { UsageEntry } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import type { FakeCall } from "../fake-openai-server.ts";
import { costOf } from "./paying-cluster.ts";

/** A booking, and the provider's call that it is for. */
export interface BookedCall {
  entry: UsageEntry;
  /** None where the call was broken off before its request was sent. */
  call: FakeCall | undefined;
}

const isEmpty = ({ inputTokens, outputTokens }: UsageEntry) => inputTokens + outputTokens === 0n;

/** Pairs the bookings of one run, oldest first, with the provider's calls for it, in the order of their arrival. */
export function bookedCalls(entries: readonly UsageEntry[], calls: readonly FakeCall[]): BookedCall[] {
  // A call that was not taken is booked with nothing, and is in no bill.
  const owed = entries.filter((entry) => !isEmpty(entry));
  let unsent = owed.length - calls.length;
  let next = 0;
  return owed.map((entry) => {
    const saidNothing = entry.aborted && entry.outputTokens === 0n;
    if (saidNothing && unsent-- > 0) return { entry, call: undefined };
    return { entry, call: calls[next++] };
  });
}

/**
 * Where the ledger differs from the provider's bill of one run: a call is booked once, at its price; one that came to
 * its end, exactly as the provider told; one that was cut, by our count, which is never beyond what was sent.
 */
export function differences(entries: readonly UsageEntry[], calls: readonly FakeCall[]): string[] {
  const booked = bookedCalls(entries, calls);
  const found: string[] = [];
  for (const id of ["usageEntryId", "callId"] as const)
    if (new Set(entries.map((entry) => entry[id])).size < entries.length)
      found.push(`a ${id} is there twice`);
  const missing = calls.filter((call) => !booked.some((pair) => pair.call === call));
  if (missing.length > 0) found.push(`${missing.length} calls are not booked`);
  return [...found, ...booked.flatMap(differencesOf)];
}

function differencesOf({ entry, call }: BookedCall): string[] {
  const { aborted, callId, model: ref } = entry;
  const [model = ""] = ref.split("/");
  const booked = { inputTokens: Number(entry.inputTokens), outputTokens: Number(entry.outputTokens) };
  const said = `${callId}: ${JSON.stringify({ aborted, booked, bill: call })}`;
  const found: string[] = [];
  if (Number(entry.costMicros) !== costOf(model, booked)) found.push(`costs ${entry.costMicros}, ${said}`);
  if (call && call.request.body.model !== model) found.push(`of ${ref}, ${said}`);
  if (!aborted) {
    const told = { inputTokens: call?.told?.prompt_tokens, outputTokens: call?.told?.completion_tokens };
    const counted = call?.told ? told : { inputTokens: booked.inputTokens, outputTokens: call?.outputTokens };
    if (booked.inputTokens !== counted.inputTokens || booked.outputTokens !== counted.outputTokens)
      found.push(`not what was told, ${said}`);
  } else if (call && booked.outputTokens > call.outputTokens) found.push(`more than was sent, ${said}`);
  return found;
}
