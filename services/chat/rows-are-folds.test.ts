import { AnswerState, FinishReason } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { ArtifactCommandService } from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import { ChatCommandService } from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import {
  Code,
  ConnectError,
  createClient,
  createRouterTransport,
  type Interceptor,
} from "@connectrpc/connect";
import * as fc from "fast-check";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findRun } from "../inference/index.ts";
import { loadArtifact } from "../artifact/index.ts";
import type { Actor } from "../platform/auth/actor.ts";
import type { Reader } from "../platform/db/database.ts";
import { setActor } from "../platform/auth/request-actor.ts";
import { toConnectError } from "../platform/errors/to-connect-error.ts";
import { foldArtifact, foldChat } from "../testing/folds.ts";
import { giveCommand, randomCommand, type RandomCommand, type World } from "../testing/random-commands.ts";
import { actorOf, openTestSlices, type TestSlices } from "../testing/test-slices.ts";
import { appendAnswer } from "./append-answer.ts";
import { relationMessage } from "./chat-message.ts";
import { listLinksOfChat, type Link } from "./link-store.ts";
import { listMessages } from "./message-store.ts";
import { findChat } from "./store.ts";

let slices: TestSlices;
beforeAll(async () => {
  slices = await openTestSlices();
});
afterAll(() => slices.close());

/** Both have teams, and one may change what the other has shared. */
function somebody(): Actor[] {
  const alice = actorOf({ teams: ["red"] });
  return [alice, actorOf({ tenantId: alice.tenantId, roles: ["admin"], teams: ["red", "blue"] })];
}

function worldOf(actors: readonly Actor[], [actor] = actors): World {
  let turn = 0;
  const asNext: Interceptor = (next) => (req) => {
    const caller = actors[turn++ % actors.length];
    if (caller) setActor(req.contextValues, caller);
    return next(req).catch((error: unknown) => {
      throw toConnectError(error, "");
    });
  };
  const { chatCommands, artifactCommands } = slices.handlers(slices.watchDeps);
  const transport = createRouterTransport(
    ({ service }) => {
      service(ChatCommandService, chatCommands);
      service(ArtifactCommandService, artifactCommands);
    },
    { router: { interceptors: [asNext] } },
  );
  const { tenantId = "" } = actor ?? {};
  return {
    chats: createClient(ChatCommandService, transport),
    artifacts: createClient(ArtifactCommandService, transport),
    chatIds: new Set(),
    artifactIds: new Set(),
    answer: (chatId, ofItsRun) =>
      slices.database.transaction(tenantId, async (tx) => {
        const { activeRunId = "" } = (await findChat(tx, chatId)) ?? {};
        const runId = ofItsRun ? activeRunId : uuidv7();
        if (runId === "") return "";
        const causer = { userId: "executor", traceId: "" };
        const asked = BigInt((await findRun(tx, runId))?.turn ?? 0);
        const ending = { answerState: AnswerState.COMPLETE, finishReason: FinishReason.STOP };
        const answer = { chatId, runId, turn: asked, parts: [], ...ending };
        return appendAnswer(tx, slices, causer, answer);
      }),
  };
}

/** Gives all commands, one after the other; some are refused. */
async function live(world: World, commands: readonly RandomCommand[]): Promise<void> {
  for (const command of commands) {
    await giveCommand(world, command).catch((error: unknown) => {
      if (ConnectError.from(error).code === Code.Internal) throw error;
    });
  }
}

const byArtifact = (links: Iterable<Link>) =>
  new Map([...links].map((link) => [link.artifactId, relationMessage(link)]));
const pair = (chatId: string, artifactId: string, type: number) => `${chatId} ${artifactId} ${type}`;

/** What the rows say; `pairs` are all links, as told by the chats' rows. */
async function rowsOf(reader: Reader, { chatIds, artifactIds }: World) {
  const everything = { after: undefined, limit: 1000 };
  const chats = [];
  const pairs: string[] = [];
  for (const chatId of chatIds) {
    const chat = await findChat(reader, chatId);
    const messages = await listMessages(reader, chatId, { ...everything, newestFirst: false });
    const links = await listLinksOfChat(reader, chatId, everything);
    chats.push({ chat, messages, links: byArtifact(links) });
    for (const link of links) pairs.push(pair(chatId, link.artifactId, link.relationType));
  }
  const artifacts = [];
  for (const artifactId of artifactIds) artifacts.push(await loadArtifact(reader, artifactId));
  return { chats, artifacts, pairs: pairs.toSorted() };
}

/** What the events say; `pairs` as told by the artifacts' streams. */
async function foldsOf(reader: Reader, { chatIds, artifactIds }: World) {
  const chats = [];
  for (const chatId of chatIds) {
    const { links, ...folded } = await foldChat(slices.events, reader, chatId);
    chats.push({ ...folded, links: byArtifact(links.values()) });
  }
  const artifacts = [];
  const pairs: string[] = [];
  for (const artifactId of artifactIds) {
    const { artifact, links } = await foldArtifact(slices.events, reader, artifactId);
    artifacts.push(artifact);
    for (const [chatId, type] of links) pairs.push(pair(chatId, artifactId, type));
  }
  return { chats, artifacts, pairs: pairs.toSorted() };
}

it("whatever happens to chats and artifacts, their rows are what their events make of them", async () => {
  const history = fc.array(randomCommand, { minLength: 10, maxLength: 60, size: "max" });
  await fc.assert(
    fc.asyncProperty(history, async (commands) => {
      const actors = somebody();
      const world = worldOf(actors);
      await live(world, commands);
      const reader = slices.database.reader(actors[0]?.tenantId ?? "");
      expect(await rowsOf(reader, world)).toEqual(await foldsOf(reader, world));
    }),
    { numRuns: 12 },
  );
  expect.assertions(12);
});
