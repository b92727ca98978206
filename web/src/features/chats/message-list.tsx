import { ArrowDown } from "lucide-react";
import { useLayoutEffect, useRef } from "react";
import type { Problem } from "../../rpc/problem.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import type { AnswerActions } from "./answer.tsx";
import { Answer } from "./answer.tsx";
import { AnswerAnnouncement } from "./answer-announcement.tsx";
import { PendingQuestion, Question } from "./question.tsx";
import type { Row } from "./timeline.ts";
import { useStickToEnd } from "./use-stick-to-end.ts";

export interface Earlier {
  more: boolean;
  busy: boolean;
  load: () => void;
}

export interface MessageListProps {
  rows: readonly Row[];
  earlier: Earlier;
  reconnecting: boolean;
  trouble: Problem | undefined;
  onFollowAgain: () => void;
  locked: boolean;
  actions: AnswerActions;
}

export function MessageList(props: MessageListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const { atEnd, toEnd } = useStickToEnd(scroller, content);
  useKeepPlace(scroller, props.rows[0]?.key);
  return (
    <div className="relative flex min-h-0 grow flex-col">
      <div
        ref={scroller}
        tabIndex={0}
        role="region"
        aria-label="Messages"
        className="grow overflow-y-auto focus-visible:-outline-offset-2"
      >
        <div ref={content} className="mx-auto w-full max-w-3xl space-y-6 px-4 py-6">
          <Entries {...props} />
        </div>
      </div>
      {!atEnd && <ToEnd onClick={toEnd} />}
      <AnswerAnnouncement rows={props.rows} reconnecting={props.reconnecting} />
    </div>
  );
}

function Entries({ rows, earlier, trouble, onFollowAgain, ...rest }: MessageListProps) {
  return (
    <>
      {earlier.more && <LoadEarlier earlier={earlier} />}
      {rows.length === 0 && (
        <p className="py-10 text-center text-sm text-muted">Nothing said yet. Ask something below.</p>
      )}
      {rows.map((row, index) => (
        <Entry key={row.key} row={row} newest={index === rows.length - 1} {...rest} />
      ))}
      {trouble && (
        <Notice tone="info" alert title={trouble.title} detail={trouble.detail}>
          <Button size="small" onClick={onFollowAgain}>
            Follow again
          </Button>
        </Notice>
      )}
    </>
  );
}

function ToEnd({ onClick }: { onClick: () => void }) {
  return (
    <Button
      size="icon"
      aria-label="Go to the newest message"
      className="absolute bottom-3 left-1/2 -translate-x-1/2 rounded-full shadow-pop"
      onClick={onClick}
    >
      <ArrowDown size={16} aria-hidden />
    </Button>
  );
}

type EntryProps = Pick<MessageListProps, "reconnecting" | "locked" | "actions"> & {
  row: Row;
  newest: boolean;
};

function Entry({ row, ...rest }: EntryProps) {
  if (row.kind === "message") {
    const { message, waitingRunId } = row;
    const cancel = () => rest.actions.cancelWaiting(waitingRunId);
    return <Question message={message} onCancel={waitingRunId ? cancel : undefined} />;
  }
  if (row.kind === "pending") return <PendingQuestion text={row.text} />;
  return <Answer row={row} {...rest} />;
}

function LoadEarlier({ earlier }: { earlier: Earlier }) {
  return (
    <div className="flex justify-center">
      <Button size="small" disabled={earlier.busy} onClick={earlier.load}>
        {earlier.busy ? "Loading…" : "Show earlier messages"}
      </Button>
    </div>
  );
}

/** Earlier messages come in above what is read, without moving it. */
function useKeepPlace(scroller: React.RefObject<HTMLDivElement | null>, firstKey: string | undefined) {
  const before = useRef({ firstKey, height: 0 });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const { firstKey: was, height } = before.current;
    if (was !== firstKey && height > 0 && element.scrollTop < 200)
      element.scrollTop += element.scrollHeight - height;
    before.current = { firstKey, height: element.scrollHeight };
  });
}
