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
  /** Turns a call's arguments, as the model wrote them, into what was meant. */
  restorer(): TextDeltas;
}

interface OpenCall extends WrittenToolCall {
  index: number | undefined;
  deltas: TextDeltas;
  restored: TextDeltas;
  /** Whether the call has been told; without a name it cannot be. */
  announced: boolean;
}

const LONGEST_NAME = 64;
const USABLE_ID = /^[\w-]{1,128}$/;

export function createToolCallReader({ uniqueId, count, restorer }: ToolCallDeps): ToolCallReader {
  const calls: OpenCall[] = [];

  function callOf({ index, id }: ToolCallDelta): OpenCall {
    const known =
      index === undefined && !id ? calls.at(-1) : calls.find((c) => index !== undefined && c.index === index);
    if (known) return known;
    const offered = id !== undefined && USABLE_ID.test(id) ? id : "";
    const created: OpenCall = {
      index,
      deltas: createTextDeltas(),
      restored: restorer(),
      id: uniqueId(offered),
      name: "",
      json: "",
      announced: false,
    };
    calls.push(created);
    return created;
  }

  function announce(call: OpenCall): AgentEvent[] {
    call.announced = true;
    const outputTokens = count(`\n${call.name}`);
    const announced: AgentEvent = { type: "tool_call", toolCallId: call.id, name: call.name };
    return [announced, ...argsEvent(call, call.json, outputTokens)];
  }

  function write(call: OpenCall, written: string): AgentEvent[] {
    if (written === "") return [];
    const outputTokens = count(written);
    return add(call, call.restored.add(written), outputTokens);
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
        const rest = [...write(call, call.deltas.flush()), ...add(call, call.restored.flush(), count(""))];
        return call.announced ? rest : announce(call);
      }),
    calls,
  };
}

const argsEvent = ({ id, announced }: OpenCall, json: string, outputTokens: number): AgentEvent[] =>
  announced && json !== "" ? [{ type: "tool_args", toolCallId: id, json, outputTokens }] : [];

function add(call: OpenCall, json: string, outputTokens: number): AgentEvent[] {
  call.json += json;
  return argsEvent(call, json, outputTokens);
}
