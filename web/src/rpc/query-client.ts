import { Code, ConnectError } from "@connectrpc/connect";
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { expireSession } from "./session.ts";

const transient = new Set([Code.Unavailable, Code.Unknown, Code.DeadlineExceeded, Code.Aborted]);

function retry(failures: number, error: unknown): boolean {
  return failures < 3 && transient.has(ConnectError.from(error).code);
}

/** The SDK has tried a fresh token before this is seen, so the person has to sign in. */
export function leaveWhenRefused(error: unknown): void {
  if (ConnectError.from(error).code === Code.Unauthenticated) expireSession();
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: leaveWhenRefused }),
  mutationCache: new MutationCache({ onError: leaveWhenRefused }),
  defaultOptions: {
    queries: { retry, staleTime: 15_000, refetchOnWindowFocus: true },
    // A command is only repeated by the person, with the same request id.
    mutations: { retry: false },
  },
});
