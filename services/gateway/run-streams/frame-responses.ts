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
import type { FrameReader, LineFrame, StoredFrame } from "./stored-frame.ts";

/** The number of the field `frame` in both responses. */
const FRAME = 1;
/** Connect compresses messages from this size on, for readers who asked for it. */
const COMPRESS_MIN_BYTES = 1024;
/** What is written at a time: a reader that does not read holds no more of ours than this and its socket's buffer. */
const WRITE_BYTES = 32 * 1024;

/** Sends all that there is to say, and resolves when that was all. */
type Tell = (reader: FrameReader) => Promise<void>;
type Respond<R> = (frame?: RunFrame) => R;
type FrameResponse = GenerateResponse | WatchRunResponse;
type Context = Pick<HandlerContext, "requestHeader" | "responseHeader" | "values" | "signal">;

/**
 * Puts each frame into a response. Readers of binary messages get the stored bytes, many at a time and past Connect,
 * which only sends the first message, what it would compress, and the end.
 */
export function frameResponses<R extends FrameResponse>(
  respond: Respond<R>,
  tell: Tell,
  context: Context,
): AsyncIterable<R> {
  return { [Symbol.asyncIterator]: () => new FrameResponses(respond, tell, context) };
}

const decoded = (frame: LineFrame): RunFrame =>
  frame instanceof Uint8Array ? fromBinary(RunFrameSchema, frame) : frame;

/**
 * Connect asks for one message at a time, and says by that that it has written those before. For as long as frames are
 * passed on, it waits for one and the same answer: nothing is made anew for a frame.
 */
class FrameResponses<R extends FrameResponse> implements AsyncIterator<R>, FrameReader {
  readonly #respond: Respond<R>;
  readonly #tell: Tell;
  readonly signal: AbortSignal;
  readonly #wantsJson: boolean;
  readonly #body: ResponseBody | undefined;
  readonly #maxBytes: number;
  #isTelling = false;
  /** Answers Connect, which waits. */
  #answer: ((result: Result<R>) => void) | undefined;
  /** Goes on with what waits for Connect. */
  #goOn: (() => void) | undefined;
  #outcome: (() => Result<R>) | undefined;

  constructor(respond: Respond<R>, tell: Tell, { requestHeader, responseHeader, values, signal }: Context) {
    this.#respond = respond;
    this.#tell = tell;
    this.signal = signal;
    this.#wantsJson = /\bjson\b/.test(requestHeader.get("content-type") ?? "");
    this.#body = this.#wantsJson ? undefined : values.get(responseBodyKey);
    const compresses = responseHeader.has("connect-content-encoding") || responseHeader.has("grpc-encoding");
    this.#maxBytes = compresses ? COMPRESS_MIN_BYTES - 1 : Infinity;
  }

  /** Resolves for a message that Connect has to write; what came before it is written already. */
  async next(): Promise<IteratorResult<R>> {
    if (this.#outcome) return this.#outcome();
    const { promise, resolve } = Promise.withResolvers<IteratorResult<R>>();
    this.#answer = resolve;
    this.#goOn?.();
    if (!this.#isTelling) this.#begin();
    return promise;
  }

  /** Connect has aborted the signal before, and that is what ends the telling. */
  return(): Promise<IteratorResult<R>> {
    return Promise.resolve({ done: true, value: undefined });
  }

  #begin(): void {
    this.#isTelling = true;
    this.#tell(this).then(
      () => this.#end(() => ({ done: true, value: undefined })),
      (error: unknown) => this.#end(() => Promise.reject(error)),
    );
  }

  #end(outcome: () => Result<R>): void {
    this.#outcome = outcome;
    this.#answer?.(outcome());
  }

  /** Frames that need not wait for room or for Connect. */
  sendNow(frames: readonly LineFrame[]): boolean {
    const body = this.#body;
    if (!body?.isOpen() || !body.hasRoom() || !this.#answer) return false;
    const next = this.#take(frames, 0);
    if (next.length < frames.length) return false;
    body.write(enveloped(next), next.length);
    return true;
  }

  async send(frames: readonly LineFrame[]): Promise<void> {
    for (let at = 0; at < frames.length; at++) {
      if (!this.#answer) await this.#untilAsked();
      if (this.signal.aborted) return;
      if (this.#body?.isOpen()) at = await this.#passOn(this.#body, frames, at);
      const frame = frames[at];
      if (!frame) return;
      this.#answer?.({ value: this.#responseOf(frame) });
      this.#answer = undefined;
    }
  }

  #untilAsked(): Promise<void> {
    return new Promise((resolve) => {
      const goOn = () => {
        this.#goOn = undefined;
        this.signal.removeEventListener("abort", goOn);
        resolve();
      };
      if (this.signal.aborted) return resolve();
      this.#goOn = goOn;
      this.signal.addEventListener("abort", goOn, { once: true });
    });
  }

  /** Writes frames from a place on; resolves to the place of one that Connect has to write, or the end. */
  async #passOn(body: ResponseBody, frames: readonly LineFrame[], from: number): Promise<number> {
    for (let at = from; ;) {
      if (!body.hasRoom()) await body.drained(this.signal);
      if (!body.isOpen()) return at;
      const next = this.#take(frames, at);
      if (next.length === 0) return at;
      body.write(enveloped(next), next.length);
      at += next.length;
    }
  }

  #take(frames: readonly LineFrame[], from: number): StoredFrame[] {
    const taken: StoredFrame[] = [];
    let bytes = 0;
    for (let at = from; at < frames.length && bytes < WRITE_BYTES; at++) {
      const frame = encoded(frames[at] as LineFrame);
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

type Result<R> = IteratorResult<R> | Promise<IteratorResult<R>>;
