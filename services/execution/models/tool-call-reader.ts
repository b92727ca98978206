import type { AgentEvent } from "../agent-event.ts";
import { createTextDeltas, type TextDeltas } from "./text-deltas.ts";

/** A tool call as the model wrote it. */
export interface WrittenToolCall {
  id: string;
  name: string;
  /** The arguments as text; not always valid JSON. */
  json: string;
}

/** A piece of a tool call. Providers tell the id and the name once, and number the calls or do not. */
export interface ToolCallDelta {
  index?: number | undefined;
  id?: string | undefined;
  name?: string | undefined;
  args?: string | undefined;
}

export interface ToolCallReader {
  accept(delta: ToolCallDelta): AgentEvent[];
  /** Calls that never got a name; nothing is accepted after. */
  finish(): AgentEvent[];
  readonly calls: WrittenToolCall[];
}

interface ToolCallDeps {
  uniqueId(offered: string): string;
  /** Counts output; returns our count of the call so far. */
  count(text: string): number;
}

interface OpenCall extends WrittenToolCall {
  index: number | undefined;
  deltas: TextDeltas;
  /** Whether the call has been told; without a name it cannot be. */
  announced: boolean;
}

const LONGEST_NAME = 64;
const USABLE_ID = /^[\w-]{1,128}$/;

export function createToolCallReader({ uniqueId, count }: ToolCallDeps): ToolCallReader {
  const calls: OpenCall[] = [];

  function callOf({ index, id }: ToolCallDelta): OpenCall {
    const known =
      index === undefined && !id ? calls.at(-1) : calls.find((c) => index !== undefined && c.index === index);
    if (known) return known;
    const offered = id !== undefined && USABLE_ID.test(id) ? id : "";
    const deltas = createTextDeltas();
    const created: OpenCall = { index, deltas, id: uniqueId(offered), name: "", json: "", announced: false };
    calls.push(created);
    return created;
  }

  function announce(call: OpenCall): AgentEvent[] {
    call.announced = true;
    count(`\n${call.name}`);
    const announced: AgentEvent = { type: "tool_call", toolCallId: call.id, name: call.name };
    return call.json === "" ? [announced] : [announced, argsEvent(call.id, call.json)];
  }

  const argsEvent = (toolCallId: string, json: string): AgentEvent => ({
    type: "tool_args",
    toolCallId,
    json,
    outputTokens: count(json),
  });

  function write(call: OpenCall, json: string): AgentEvent[] {
    if (json === "") return [];
    call.json += json;
    return call.announced ? [argsEvent(call.id, json)] : [];
  }

  return {
    accept(delta) {
      const call = callOf(delta);
      const written = write(call, call.deltas.add(delta.args ?? ""));
      if (call.announced) return written;
      call.name = (call.name + (delta.name ?? "")).slice(0, LONGEST_NAME).toWellFormed();
      return call.name === "" ? [] : announce(call);
    },
    finish: () =>
      calls.flatMap((call) => {
        const rest = write(call, call.deltas.flush());
        return call.announced ? rest : announce(call);
      }),
    calls,
  };
}
