import type { ServerResponse } from "node:http";
import { Writable } from "node:stream";
import { createContextKey } from "@connectrpc/connect";

/**
 * The body of an answer under way. A handler whose messages are encoded already may write them here, enveloped, instead
 * of handing each to Connect; Connect still sends the headers, the first message, and the end.
 */
export interface ResponseBody {
  /** Whether bytes may be written: after the headers, and while somebody is there. */
  isOpen(): boolean;
  /** Whether the reader cut the stream or the line; known before any signal aborts. */
  hasLeft(): boolean;
  /** Messages written here, which Connect and its interceptors do not see. */
  readonly messages: number;
  /** Whether the reader keeps up; if not, write no more until `drained`. */
  hasRoom(): boolean;
  write(bytes: Uint8Array, messages: number): void;
  /** Resolves when there is room again, when nobody is there any more, or when the signal aborts. */
  drained(signal: AbortSignal): Promise<void>;
}

/** Undefined where there is no socket, as in memory. */
export const responseBodyKey = createContextKey<ResponseBody | undefined>(undefined, {
  description: "the body of the answer, for messages that are encoded already",
});

export function createResponseBody(response: ServerResponse): ResponseBody {
  return new NodeResponseBody(response);
}

class NodeResponseBody implements ResponseBody {
  readonly #response: ServerResponse;
  messages = 0;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  isOpen(): boolean {
    return this.#response.headersSent && !this.#response.writableEnded && !this.hasLeft();
  }

  hasLeft(): boolean {
    return isGone(this.#response);
  }

  hasRoom(): boolean {
    return !streamOf(this.#response).writableNeedDrain;
  }

  write(bytes: Uint8Array, messages: number): void {
    this.messages += messages;
    this.#response.write(bytes);
  }

  drained(signal: AbortSignal): Promise<void> {
    return drained(this.#response, signal);
  }
}

/** Over HTTP/2 the stream knows what is written, the response does not. */
function streamOf(response: ServerResponse & { stream?: unknown }): { writableNeedDrain: boolean } {
  return response.stream instanceof Writable ? response.stream : response;
}

/** Whether nobody can read the answer any more. Over HTTP/2 the stream says so, not the response. */
export function isGone(response: ServerResponse & { stream?: unknown }): boolean {
  const { stream } = response;
  if (typeof stream !== "object" || stream === null) return response.destroyed;
  return (
    ("closed" in stream && stream.closed === true) || ("destroyed" in stream && stream.destroyed === true)
  );
}

function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    if (signal.aborted || isGone(response)) return resolve();
    response.once("drain", done).once("close", done);
    signal.addEventListener("abort", done, { once: true });
  });
}
