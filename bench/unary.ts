import { ChatCommandService } from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import {
  ChatQueryService,
  GetChatResponseSchema,
} from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import { toBinary } from "@bufbuild/protobuf";
import { createClient, type Client } from "@connectrpc/connect";
import { startAmeide } from "./harness/ameide-process.ts";
import { connectTo, devToken } from "./harness/connect-client.ts";
import { startPeer } from "./harness/peer.ts";
import { alternate, timed } from "./harness/rounds.ts";

const IN_FLIGHT = 64;
const CALLS = 5000;
const ROUNDS = 3;

/** GetChat of the real server, against connect-node answering the same message from memory. */
export async function unary() {
  const server = await startAmeide();
  const peer = await startPeer(new URL("peers/bare-server.ts", import.meta.url));
  try {
    const transport = connectTo(server.baseUrl, await devToken(server.baseUrl));
    const commands = createClient(ChatCommandService, transport);
    const { chat } = await commands.createChat({ requestId: crypto.randomUUID(), title: "Order to cash" });
    const chatId = chat?.chatId ?? "";
    const ours = createClient(ChatQueryService, transport);
    await peer.ask("setChat", toBinary(GetChatResponseSchema, await ours.getChat({ chatId })));
    const bare = createClient(ChatQueryService, connectTo(await peer.ask("address"), "none"));
    const figures = await alternate(
      ROUNDS,
      () => timed(server.pid, CALLS, () => callAll(ours, chatId)),
      () => timed(peer.pid, CALLS, () => callAll(bare, chatId)),
    );
    return { ...figures, unit: "calls/s", inFlight: IN_FLIGHT, calls: CALLS, rounds: ROUNDS, target: 0.5 };
  } finally {
    await Promise.all([server.stop(), peer.stop()]);
  }
}

async function callAll(client: Client<typeof ChatQueryService>, chatId: string): Promise<void> {
  let left = CALLS;
  const caller = async () => {
    while (left-- > 0) {
      const { chat } = await client.getChat({ chatId });
      if (chat?.chatId !== chatId) throw new Error("another chat came");
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, caller));
}
