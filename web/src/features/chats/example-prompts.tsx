import { Clock, Lightbulb, TextCursor } from "lucide-react";
import type { LucideIcon } from "lucide-react";

export interface Example {
  title: string;
  text: string;
  /** The agent that can do it; empty: any. */
  agentId: string;
}

// The offline model, which is there without any key, knows all three.
const examples: readonly (Example & { Icon: LucideIcon })[] = [
  { Icon: Lightbulb, title: "See what it can do", text: "What can you do?", agentId: "" },
  { Icon: Clock, title: "Watch a tool at work", text: "What time is it in Europe/Berlin?", agentId: "tools" },
  { Icon: TextCursor, title: "Watch a long answer", text: "Count to 500", agentId: "" },
];

/** Three ways to begin; choosing one fills the text field, sending stays the person's act. */
export function ExamplePrompts({ onChoose }: { onChoose: (example: Example) => void }) {
  return (
    <ul aria-label="Examples" className="mt-3 grid gap-2 sm:grid-cols-3">
      {examples.map(({ Icon, ...example }) => (
        <li key={example.title}>
          <button
            type="button"
            onClick={() => onChoose(example)}
            className="flex h-full w-full items-start gap-2.5 rounded-xl border border-line bg-surface p-3 text-left text-sm transition-colors hover:bg-hover sm:flex-col"
          >
            <Icon size={16} aria-hidden className="mt-0.5 shrink-0 text-accent" />
            <span className="min-w-0">
              <span className="block font-medium">{example.title}</span>
              <span className="mt-0.5 block text-[0.8125rem] text-muted">{example.text}</span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
