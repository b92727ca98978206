import { reasonOf } from "@ameide/sdk";
import type { QueryClient } from "@tanstack/react-query";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent } from "react";
import { ameide } from "../../rpc/ameide.ts";
import { leaveWhenRefused } from "../../rpc/query-client.ts";
import { applyUpdate, checkpointOf, reloadChat } from "./chat-cache.ts";
import { refreshLists } from "./list-news.ts";

const pauseMillis = 5000;

/** Keeps the cached chat live: what another tab or person does appears here. Tells when a turn goes on that stood still. */
export function useChatUpdates(chatId: string, enabled: boolean, onResumed: () => void): void {
  const client = useQueryClient();
  const resumed = useEffectEvent(onResumed);
  useEffect(() => {
    if (!enabled) return;
    const stop = new AbortController();
    void keepFollowing(client, chatId, () => resumed(), stop.signal);
    return () => stop.abort();
  }, [client, chatId, enabled]);
}

async function keepFollowing(
  client: QueryClient,
  chatId: string,
  onResumed: () => void,
  signal: AbortSignal,
) {
  while (!signal.aborted) {
    try {
      for await (const update of ameide.watchChat(chatId, { signal, ...checkpointOf(client, chatId) })) {
        applyUpdate(client, chatId, update);
        if (update.update.case === "turnResumed") onResumed();
      }
      // Only a deletion ends the stream; the page reads the chat again and says so.
      if (!signal.aborted) await reloadChat(client, chatId).then(() => refreshLists(client));
      return;
    } catch (error) {
      if (signal.aborted) return;
      leaveWhenRefused(error);
      const reason = reasonOf(error);
      if (reason === "CHAT_NOT_FOUND") return void reloadChat(client, chatId);
      if (reason === "RESUME_TOKEN_INVALID") await reloadChat(client, chatId);
      await new Promise((resume) => setTimeout(resume, pauseMillis));
    }
  }
}
