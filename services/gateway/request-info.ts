import { createContextKey } from "@connectrpc/connect";

/** What is known of a request from its first moment. */
export interface RequestInfo {
  /** W3C trace id: the caller's, or a new one. */
  traceId: string;
  startedAt: number;
}

export const requestInfoKey = createContextKey<RequestInfo>(
  { traceId: "", startedAt: 0 },
  { description: "trace id and start of the request" },
);
