import type { MessagePart } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { CodeBlock } from "../../ui/code-block.tsx";
import { Markdown } from "../../ui/markdown.tsx";
import { ToolCallCard } from "./tool-call-card.tsx";

/** What an agent said, in order. */
export function MessageParts({ parts, over }: { parts: readonly MessagePart[]; over: boolean }) {
  return (
    <div className="space-y-3">
      {parts.map((part, index) => (
        <Part key={index} part={part} over={over} />
      ))}
    </div>
  );
}

function Part({ part: { kind }, over }: { part: MessagePart; over: boolean }) {
  switch (kind.case) {
    case "text":
      return <Markdown text={kind.value.text} />;
    case "code":
      return <CodeBlock language={kind.value.language} code={kind.value.content} />;
    case "toolCall":
      return <ToolCallCard call={kind.value} over={over} />;
    case "image":
      return <p className="text-sm text-muted">A picture ({kind.value.mimeType}), not shown here.</p>;
    default:
      return null;
  }
}
