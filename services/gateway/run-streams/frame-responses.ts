import type {
  GenerateResponse,
  WatchRunResponse,
} from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { RunFrameSchema, type RunFrame } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { fromBinary } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import type { HandlerContext } from "@connectrpc/connect";
import { responseBodyKey, type ResponseBody } from "../response-body.ts";
import { encoded, enveloped, lengthDelimited, responseLength } from "./envelopes.ts";
import type { LineFrame, StoredFrame } from "./stored-frame.ts";

/** The number of the field `frame` in both responses. */
const FRAME = 1;
/** Connect compresses messages from this size on, for readers who asked for it. */
const COMPRESS_MIN_BYTES = 1024;
/** What is written at a time: a reader that does not read holds no more of ours than this and its socket's buffer. */
const WRITE_BYTES = 32 * 1024;

type Frames = AsyncGenerator<readonly LineFrame[]>;
type Respond<R> = (frame?: RunFrame) => R;
type FrameResponse = GenerateResponse | WatchRunResponse;
type Context = Pick<HandlerContext, "requestHeader" | "responseHeader" | "values" | "signal">;

/**
 * Puts each frame into a response. Readers of binary messages get the stored bytes, many at a time and past Connect,
 * which only sends the first message, what it would compress, and the end.
 */
export function frameResponses<R extends FrameResponse>(
  respond: Respond<R>,
  frames: Frames,
  context: Context,
): AsyncIterable<R> {
  return { [Symbol.asyncIterator]: () => new FrameResponses(respond, frames, context) };
}

export const decoded = (frame: LineFrame): RunFrame =>
  frame instanceof Uint8Array ? fromBinary(RunFrameSchema, frame) : frame;

class FrameResponses<R extends FrameResponse> implements AsyncIterator<R> {
  readonly #respond: Respond<R>;
  readonly #frames: Frames;
  readonly #signal: AbortSignal;
  readonly #wantsJson: boolean;
  readonly #body: ResponseBody | undefined;
  readonly #maxBytes: number;
  #page: readonly LineFrame[] = [];
  #at = 0;

  constructor(
    respond: Respond<R>,
    frames: Frames,
    { requestHeader, responseHeader, values, signal }: Context,
  ) {
    this.#respond = respond;
    this.#frames = frames;
    this.#signal = signal;
    this.#wantsJson = /\bjson\b/.test(requestHeader.get("content-type") ?? "");
    this.#body = this.#wantsJson ? undefined : values.get(responseBodyKey);
    const compresses = responseHeader.has("connect-content-encoding") || responseHeader.has("grpc-encoding");
    this.#maxBytes = compresses ? COMPRESS_MIN_BYTES - 1 : Infinity;
  }

  /** Resolves for a message that Connect has to write; what came before it is written already. */
  async next(): Promise<IteratorResult<R>> {
    for (;;) {
      if (this.#body?.isOpen()) await this.#passOn(this.#body);
      const frame = this.#page[this.#at++];
      if (frame) return { value: this.#responseOf(frame) };
      const page = await this.#frames.next();
      if (page.done) return page;
      this.#page = page.value;
      this.#at = 0;
    }
  }

  async return(): Promise<IteratorResult<R>> {
    await this.#frames.return(undefined);
    return { done: true, value: undefined };
  }

  /** Writes frames up to the end of the page, or up to one that Connect has to write. */
  async #passOn(body: ResponseBody): Promise<void> {
    for (let next = this.#take(); next.length > 0; next = this.#take()) {
      if (!body.write(enveloped(next), next.length)) await body.drained(this.#signal);
      if (!body.isOpen()) return;
    }
  }

  #take(): StoredFrame[] {
    const taken: StoredFrame[] = [];
    let bytes = 0;
    for (; this.#at < this.#page.length && bytes < WRITE_BYTES; this.#at++) {
      const frame = encoded(this.#page[this.#at] as LineFrame);
      const length = responseLength(frame);
      if (length > this.#maxBytes) break;
      taken.push(frame);
      bytes += length;
    }
    return taken;
  }

  #responseOf(frame: LineFrame): R {
    if (!(frame instanceof Uint8Array) || this.#wantsJson) return this.#respond(decoded(frame));
    // What a message holds as an unknown field is written byte by byte; whoever reads it knows the field.
    const response = this.#respond();
    const data = lengthDelimited(frame);
    response.$unknown = [{ no: FRAME, wireType: WireType.LengthDelimited, data }];
    return response;
  }
}
