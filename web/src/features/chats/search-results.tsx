import { ChatQueryService } from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import { useInfiniteQuery } from "@connectrpc/connect-query";
import { keepPreviousData } from "@tanstack/react-query";
import { ChatItems } from "./chat-items.tsx";
import { ListProblem, ListSkeleton } from "./chat-list.tsx";
import { EndOfList } from "./end-of-list.tsx";

export function SearchResults({ query }: { query: string }) {
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery(
      ChatQueryService.method.searchChats,
      { query, pageSize: 30, pageToken: "" },
      {
        pageParamKey: "pageToken",
        getNextPageParam: (last) => last.nextPageToken || undefined,
        placeholderData: keepPreviousData,
      },
    );
  if (isPending) return <ListSkeleton />;
  if (!data) return <ListProblem error={error} onRetry={() => void refetch()} />;
  const total = data.pages[0]?.totalCount ?? 0;
  return (
    <>
      <p role="status" className="px-2 pb-1 text-xs text-muted">
        {total === 1 ? "1 chat found" : `${total} chats found`}
      </p>
      <ChatItems
        label="Chats"
        chats={data.pages.flatMap((page) => page.chats)}
        empty="No chat contains all these words."
      />
      <EndOfList more={hasNextPage} busy={isFetchingNextPage} onMore={() => void fetchNextPage()} />
    </>
  );
}
