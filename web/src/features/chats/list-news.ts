import { ChatQueryService } from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import { createConnectQueryKey } from "@connectrpc/connect-query";
import type { QueryClient } from "@tanstack/react-query";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

const channelName = "ameide.lists";

function invalidateLists(client: QueryClient) {
  const { listChats, searchChats } = ChatQueryService.method;
  void client.invalidateQueries({
    queryKey: createConnectQueryKey({ schema: listChats, cardinality: undefined }),
  });
  void client.invalidateQueries({
    queryKey: createConnectQueryKey({ schema: searchChats, cardinality: undefined }),
  });
}

/** Reads the lists of chats anew, here and in this browser's other tabs. */
export function refreshLists(client: QueryClient): void {
  invalidateLists(client);
  const channel = new BroadcastChannel(channelName);
  channel.postMessage("changed");
  channel.close();
}

/** Follows what other tabs do to the lists of chats. */
export function useListNews(): void {
  const client = useQueryClient();
  useEffect(() => {
    const channel = new BroadcastChannel(channelName);
    channel.addEventListener("message", () => invalidateLists(client));
    return () => channel.close();
  }, [client]);
}
