import { ArtifactContentCommandService } from "@ameide/proto/ameide/artifact/v1/content_command_service_pb.js";
import { ChatCommandService } from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import { ChatQueryService } from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import { createClient } from "@connectrpc/connect";
import { setTimeout as sleep } from "node:timers/promises";
import { bigBpmn } from "../services/testing/big-bpmn.ts";
import { imported, uploaded } from "../services/testing/content-files.ts";
import { startAmeide } from "./harness/ameide-process.ts";
import { connectTo, devToken } from "./harness/connect-client.ts";
import { peakMegabytes } from "./harness/peak-megabytes.ts";

const MEGABYTES = Number(process.env["BENCH_IMPORT_MEGABYTES"] ?? 64);
const QUIET_MILLISECONDS = 5000;
const PAUSE_MILLISECONDS = 5;

/** Another tenant's GetChat while a large file is imported, against the same server when it is quiet. */
export async function beside() {
  const server = await startAmeide();
  try {
    const [mine, theirs] = await Promise.all(
      ["alice", "carol"].map(async (person) =>
        connectTo(server.baseUrl, await devToken(server.baseUrl, person)),
      ),
    );
    if (!mine || !theirs) throw new Error("two people have two transports");
    const contentCommands = createClient(ArtifactContentCommandService, mine);
    const chats = createClient(ChatQueryService, theirs);
    const { chat } = await createClient(ChatCommandService, theirs).createChat({ title: "Order to cash" });
    const getChat = () => chats.getChat({ chatId: chat?.chatId ?? "" });
    const quiet = await asked(getChat, sleep(QUIET_MILLISECONDS));
    const file = bigBpmn(MEGABYTES * 1_000_000);
    const uploadId = await uploaded({ contentCommands }, file, { name: "big.bpmn" });
    const start = performance.now();
    const importing = imported({ contentCommands }, { uploadId });
    const during = await asked(getChat, importing);
    const seconds = (performance.now() - start) / 1000;
    const { content } = await importing;
    return {
      megabytes: file.length / 1_000_000,
      elements: content?.elementCount,
      seconds: rounded(seconds),
      megabytesPerSecond: rounded(file.length / 1_000_000 / seconds),
      peakMegabytes: peakMegabytes(server.pid),
      getChat: { quiet, during },
      unit: "milliseconds",
      target: { p99: 50 },
    };
  } finally {
    await server.stop();
  }
}

/** How long each call took until the work was over. */
async function asked(call: () => Promise<unknown>, work: Promise<unknown>) {
  const over = new AbortController();
  void work.finally(() => over.abort());
  const times: number[] = [];
  while (!over.signal.aborted) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
    await sleep(PAUSE_MILLISECONDS);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => rounded(times[Math.floor(times.length * share)] ?? 0);
  return { calls: times.length, p50: at(0.5), p99: at(0.99), max: rounded(times.at(-1) ?? 0) };
}

const rounded = (value: number): number => Math.round(value * 10) / 10;
