import type { MessagePart } from "@ameide/proto/ameide/chat/v1/chat_pb.js";

/** What a message says, as a search reads it. Pictures and attachments are named, not described. */
export function plainText(parts: readonly MessagePart[]): string {
  return parts.map(textOf).join("\n\n");
}

/** What a model reads of it. A model that reads past tool calls as text starts to write them as text. */
export const spokenText = (parts: readonly MessagePart[]): string =>
  plainText(parts.filter(({ kind }) => kind.case !== "toolCall"));

function textOf({ kind }: MessagePart): string {
  switch (kind.case) {
    case "text":
      return kind.value.text;
    case "code":
      return `\`\`\`${kind.value.language}\n${kind.value.content}\n\`\`\``;
    case "image":
      return kind.value.source.case === "url" ? `[image ${kind.value.source.value}]` : "[image]";
    case "toolCall":
      return `[${kind.value.name}(${kind.value.argumentsJson}) → ${kind.value.result}]`;
    case undefined:
      return "";
  }
}
