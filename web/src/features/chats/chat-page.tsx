import { MessageSquareOff, Plus } from "lucide-react";
import { Link, useParams } from "react-router";
import { problemOf } from "../../rpc/problem.ts";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { ChatPanel } from "./chat-panel.tsx";
import { titleOf } from "./chat-title.ts";
import { useChat } from "./use-chat.ts";

export function ChatPage() {
  const { chatId = "" } = useParams();
  // A fresh page per chat: drafts, scroll position and streams belong to one.
  return <OneChat key={chatId} chatId={chatId} />;
}

function OneChat({ chatId }: { chatId: string }) {
  const { chat, messages, list, loaded } = useChat(chatId);
  const error = chat.error ?? messages.error;
  const known = chat.data?.chat;
  if (loaded && known) {
    return (
      <>
        <title>{`${titleOf(known)} · Ameide`}</title>
        <ChatPanel
          chat={known}
          messages={list}
          earlier={{
            more: messages.hasNextPage,
            busy: messages.isFetchingNextPage,
            load: () => void messages.fetchNextPage(),
          }}
        />
      </>
    );
  }
  if (error)
    return (
      <ChatProblem error={error} onRetry={() => void (chat.error ? chat.refetch() : messages.refetch())} />
    );
  return <ChatSkeleton />;
}

function ChatProblem({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const problem = problemOf(error);
  // An address that is no id is a chat that does not exist, as far as a person is concerned.
  const { title, detail, retry } = problem.reason === "SCHEMA_VIOLATION" ? chatNotFound : problem;
  return (
    <EmptyState icon={<MessageSquareOff size={20} />} title={title} detail={detail}>
      <title>Chat not available · Ameide</title>
      {retry && <Button onClick={onRetry}>Try again</Button>}
      <Button asChild tone="primary">
        <Link to="/">
          <Plus size={16} aria-hidden />
          Start a new chat
        </Link>
      </Button>
    </EmptyState>
  );
}

const chatNotFound = {
  title: "There is no chat at this address",
  detail: "Check the link, or start a new chat.",
  retry: false,
};

function ChatSkeleton() {
  return (
    <div role="status" aria-label="Loading the chat" className="mx-auto w-full max-w-3xl space-y-6 px-4 py-8">
      <Skeleton className="ml-auto h-11 w-2/5 rounded-2xl" />
      <div className="space-y-2.5">
        <Skeleton className="h-4 w-11/12" />
        <Skeleton className="h-4 w-4/5" />
        <Skeleton className="h-4 w-3/5" />
      </div>
    </div>
  );
}
