import type {
  GenerateResponse,
  WatchRunResponse,
} from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { RunFrameSchema, type RunFrame } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { fromBinary } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import type { HandlerContext } from "@connectrpc/connect";
import type { LineFrame, StoredFrame } from "./stored-frame.ts";

/** The number of the field `frame` in both responses. */
const FRAME = 1;

/** Puts each frame into a response. Stored frames are passed on as they are, unless the reader wants JSON. */
export function frameResponses<R extends GenerateResponse | WatchRunResponse>(
  respond: (frame?: RunFrame) => R,
  frames: AsyncGenerator<LineFrame>,
  { requestHeader }: Pick<HandlerContext, "requestHeader">,
): AsyncIterable<R> {
  const wantsJson = /\bjson\b/.test(requestHeader.get("content-type") ?? "");
  const responseOf = (frame: LineFrame) =>
    frame instanceof Uint8Array && !wantsJson ? passOn(respond(), frame) : respond(decoded(frame));
  // No generator of its own, which would cost every frame three more turns of the microtask queue.
  return {
    [Symbol.asyncIterator]: () => ({
      next: () =>
        frames.next().then((result) => (result.done ? result : { value: responseOf(result.value) })),
      return: () => frames.return(undefined).then(() => ({ done: true, value: undefined })),
    }),
  };
}

export const decoded = (frame: LineFrame): RunFrame =>
  frame instanceof Uint8Array ? fromBinary(RunFrameSchema, frame) : frame;

/** What a message holds as an unknown field is written byte by byte; whoever reads it knows the field. */
function passOn<R extends GenerateResponse | WatchRunResponse>(response: R, frame: StoredFrame): R {
  const data = Buffer.concat([varint(frame.length), frame]);
  response.$unknown = [{ no: FRAME, wireType: WireType.LengthDelimited, data }];
  return response;
}

/** Seven bits a byte, the lowest first; all but the last have the highest bit set. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
