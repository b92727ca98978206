import type { ChatMessage } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Clock } from "lucide-react";
import { usePerson } from "../../rpc/use-session.ts";
import { formatMoment } from "../../rpc/format.ts";
import { Button } from "../../ui/button.tsx";
import { textOf } from "./timeline.ts";

export interface QuestionProps {
  message: ChatMessage;
  /** Takes it out; only while it waits for its turn. */
  onCancel: (() => void) | undefined;
}

/** A message of a person, exactly as typed. */
export function Question({ message, onCancel }: QuestionProps) {
  const me = usePerson();
  const mine = message.userId === me.id || message.userId === "";
  const at = message.createTime && formatMoment(timestampDate(message.createTime));
  return (
    <article
      aria-label={mine ? "Message from you" : `Message from ${message.userId}`}
      title={at}
      className="flex flex-col items-end"
    >
      {!mine && <p className="mb-1 text-xs text-muted">{message.userId}</p>}
      <Bubble text={textOf(message.parts)} />
      {onCancel && (
        <p className="mt-1 flex items-center gap-1 text-xs text-muted">
          <Clock size={12} aria-hidden />
          Waits for its turn
          <Button size="small" tone="ghost" aria-label="Cancel this message" onClick={onCancel}>
            Cancel
          </Button>
        </p>
      )}
    </article>
  );
}

export function PendingQuestion({ text }: { text: string }) {
  return (
    <article aria-label="Message from you" aria-busy className="flex flex-col items-end opacity-70">
      <Bubble text={text} />
      <p className="mt-1 text-xs text-muted">Sending…</p>
    </article>
  );
}

function Bubble({ text }: { text: string }) {
  return (
    <p className="max-w-[85%] rounded-2xl rounded-br-md bg-accent-soft px-4 py-2.5 leading-relaxed [overflow-wrap:anywhere] whitespace-pre-wrap">
      {text}
    </p>
  );
}
