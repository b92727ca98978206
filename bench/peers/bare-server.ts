import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import {
  GetChatResponseSchema,
  ChatQueryService,
} from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import {
  GenerateResponseSchema,
  InferenceService,
  type GenerateResponse,
} from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import type { RunFrame } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { fromBinary } from "@bufbuild/protobuf";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { servePeer } from "../harness/serve-peer.ts";
import { runFrames } from "../stream/run-frames.ts";

/** connect-node and nothing else: the limit of what our server is built on. */

let chat = fromBinary(GetChatResponseSchema, new Uint8Array());
let answer: GenerateResponse[] = [];
let frames: RunFrame[] = [];
let opening = Promise.withResolvers<void>();

const server = createServer(
  { settings: { maxConcurrentStreams: 2000 }, maxSessionMemory: 64 },
  connectNodeAdapter({
    routes: (router) => {
      router.service(ChatQueryService, { getChat: () => chat });
      router.service(InferenceService, {
        async *watchRun() {
          const [first, ...rest] = frames;
          yield { ...(first && { frame: first }) };
          await opening.promise;
          for (const frame of rest) yield { frame };
        },
        async *generate() {
          yield* answer;
        },
      });
    },
  }),
);
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

servePeer({
  address: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  /** What GetChat answers from now on. */
  setChat: (bytes: Uint8Array) => {
    chat = fromBinary(GetChatResponseSchema, bytes);
  },
  /** What Generate answers from now on. */
  setAnswer: (messages: Uint8Array[]) => {
    answer = messages.map((bytes) => fromBinary(GenerateResponseSchema, bytes));
  },
  /** Streams of WatchRun opened from now on give the first frame, wait for `go`, and give the rest. */
  prepare: ({ count }: { count: number }) => {
    frames = runFrames("0199aa00-0000-7000-8000-000000000001", "0123456789abcdef", count);
    opening = Promise.withResolvers();
  },
  go: () => opening.resolve(),
});
