import { setImmediate as nextTurn } from "node:timers/promises";

/** Most bytes of one response. */
const LARGEST_RESPONSE = 64 * 1024 * 1024;
/** Most bytes without a line end; the clients collect a line before they look at it. */
export const LONGEST_LINE = 1024 * 1024;

const LINE_FEED = 10;

/** After so many bytes others get their turn: bytes that came in one go are otherwise parsed in one go. */
const BYTES_PER_TURN = 256 * 1024;

/** A provider sent more than we take. */
export class ResponseTooLarge extends Error {
  override name = "ResponseTooLarge";
}

/** `fetch` for providers: bounded responses, and no redirects, which would carry prompts elsewhere. */
export const fetchLimited: typeof fetch = async (input, init) => {
  const response = await fetch(input, { ...init, redirect: "error" });
  if (!response.body) return response;
  const { status, statusText, headers } = response;
  return new Response(limited(response.body), { status, statusText, headers });
};

function limited(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  let total = 0;
  let line = 0;
  let turn = 0;
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      async transform(chunk, controller) {
        total += chunk.byteLength;
        turn += chunk.byteLength;
        const lineEnd = chunk.lastIndexOf(LINE_FEED);
        const longest = lineEnd === -1 ? line + chunk.byteLength : line + chunk.indexOf(LINE_FEED);
        line = lineEnd === -1 ? longest : chunk.byteLength - lineEnd - 1;
        if (total > LARGEST_RESPONSE || longest > LONGEST_LINE || line > LONGEST_LINE) {
          controller.error(new ResponseTooLarge());
          return;
        }
        controller.enqueue(chunk);
        if (turn < BYTES_PER_TURN) return;
        turn = 0;
        await nextTurn();
      },
    }),
  );
}
