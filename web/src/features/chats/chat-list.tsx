import { ChatQueryService } from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import { useInfiniteQuery } from "@connectrpc/connect-query";
import { problemOf } from "../../rpc/problem.ts";
import { Button } from "../../ui/button.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { ChatItems } from "./chat-items.tsx";
import { EndOfList } from "./end-of-list.tsx";

/** All chats, last changed first, page by page. */
export function ChatList() {
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery(
      ChatQueryService.method.listChats,
      { pageSize: 30, pageToken: "" },
      { pageParamKey: "pageToken", getNextPageParam: (last) => last.nextPageToken || undefined },
    );
  if (isPending) return <ListSkeleton />;
  if (!data) return <ListProblem error={error} onRetry={() => void refetch()} />;
  const chats = data.pages.flatMap((page) => page.chats);
  return (
    <>
      <ChatItems label="Chats" chats={chats} empty="No chats yet. Your first question starts one." />
      <EndOfList more={hasNextPage} busy={isFetchingNextPage} onMore={() => void fetchNextPage()} />
    </>
  );
}

export function ListSkeleton() {
  return (
    <div role="status" aria-label="Loading" className="space-y-2 px-1 pt-1">
      {["w-4/5", "w-3/5", "w-11/12", "w-2/3", "w-3/4"].map((width) => (
        <Skeleton key={width} className={`h-6 ${width}`} />
      ))}
    </div>
  );
}

export function ListProblem({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { title, detail } = problemOf(error);
  return (
    <div role="alert" className="space-y-2 px-2 py-3 text-sm">
      <p className="font-medium">{title}</p>
      <p className="text-muted">{detail}</p>
      <Button size="small" onClick={onRetry}>
        Try again
      </Button>
    </div>
  );
}
