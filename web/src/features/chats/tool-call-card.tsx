import type { ToolCallPart } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { ToolCallState } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { Check, ChevronRight, LoaderCircle, Wrench, X } from "lucide-react";
import { Collapsible } from "radix-ui";
import { prettyJson } from "./pretty-json.ts";

const states = {
  [ToolCallState.UNSPECIFIED]: {
    label: "running",
    icon: <LoaderCircle size={14} aria-hidden className="animate-spin" />,
  },
  [ToolCallState.RUNNING]: {
    label: "running",
    icon: <LoaderCircle size={14} aria-hidden className="animate-spin" />,
  },
  [ToolCallState.DONE]: { label: "done", icon: <Check size={14} aria-hidden className="text-ok" /> },
  [ToolCallState.FAILED]: { label: "failed", icon: <X size={14} aria-hidden className="text-danger" /> },
};

export interface ToolCallCardProps {
  call: ToolCallPart;
  /** The answer has ended, so that a call without a result will get none. */
  over: boolean;
}

/** A tool call in one line; its arguments and result on demand. */
export function ToolCallCard({ call, over }: ToolCallCardProps) {
  const open = call.state === ToolCallState.RUNNING && over;
  const { label, icon } = open ? { label: "not finished", icon: null } : states[call.state];
  return (
    <Collapsible.Root className="overflow-hidden rounded-lg border border-line bg-surface text-sm">
      <Collapsible.Trigger className="group flex min-h-9 w-full items-center gap-2 px-3 text-left hover:bg-hover">
        <Wrench size={14} aria-hidden className="shrink-0 text-muted" />
        <span className="truncate font-mono text-[0.8125rem]">{call.name}</span>
        <span className="ml-auto flex items-center gap-1.5 text-xs text-muted">
          {icon}
          {label}
        </span>
        <ChevronRight
          size={15}
          aria-hidden
          className="shrink-0 text-muted transition-transform group-data-[state=open]:rotate-90"
        />
      </Collapsible.Trigger>
      <Collapsible.Content className="space-y-3 border-t border-line px-3 py-2.5">
        <Block title="Arguments" text={prettyJson(call.argumentsJson) || "none"} />
        {call.result && <Block title="Result" text={prettyJson(call.result)} />}
      </Collapsible.Content>
    </Collapsible.Root>
  );
}

function Block({ title, text }: { title: string; text: string }) {
  return (
    <div>
      <p className="mb-1 text-xs text-muted">{title}</p>
      <pre
        tabIndex={0}
        className="max-h-72 overflow-auto rounded-md bg-sunken p-2 font-mono text-xs whitespace-pre-wrap"
      >
        {text}
      </pre>
    </div>
  );
}
