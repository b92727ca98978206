import { ChatVisibility } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import * as Chat from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import * as Artifact from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import { CancelRunRequestSchema } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { create } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evolveArtifact, artifactStream, newArtifact, type ArtifactEvent } from "../artifact/artifact.ts";
import { createArtifact } from "../artifact/create-artifact.ts";
import { renameArtifact } from "../artifact/rename-artifact.ts";
import { findArtifact } from "../artifact/store.ts";
import { associateArtifact } from "../chat/associate-artifact.ts";
import { chatStream, evolveChat, newChat, type ChatEvent } from "../chat/chat.ts";
import { createChat } from "../chat/create-chat.ts";
import { deleteChat } from "../chat/delete-chat.ts";
import { dissociateChat } from "../chat/dissociate-chat.ts";
import { linkPrimaryChat } from "../chat/link-primary-chat.ts";
import { sendMessage } from "../chat/send-message.ts";
import { findChat } from "../chat/store.ts";
import { updateChatTitle } from "../chat/update-chat-title.ts";
import { updateVisibility } from "../chat/update-visibility.ts";
import type { Actor } from "../platform/auth/actor.ts";
import { AppError } from "../platform/errors/app-error.ts";
import { createRunLine, readInto } from "../testing/run-line.ts";
import { actorOf, openTestSlices, type TestSlices } from "../testing/test-slices.ts";
import { cancelRun } from "./cancel-run.ts";
import { createChatRuns } from "./chat-runs.ts";
import { evolveRun, newRun, runStream, type RunEvent } from "./run.ts";
import { findRun } from "./store.ts";

let slices: TestSlices;
let alice: Actor;
beforeAll(async () => {
  slices = await openTestSlices();
  slices.startLoop();
});
afterAll(() => slices.close());

const COMMANDS = [
  "send",
  "send and wait",
  "rename",
  "share",
  "link",
  "unlink",
  "rename artifact",
  "cancel",
  "delete",
] as const;
type Step = { command: (typeof COMMANDS)[number]; which: number; text: string };

interface World {
  chats: string[];
  artifacts: string[];
  runs: string[];
}

async function begin(): Promise<World> {
  alice = actorOf({ teams: ["t"] });
  const deps = { ...slices, runs: createChatRuns(slices) };
  const chats: string[] = [];
  for (const fields of [{}, { title: "Given", visibility: ChatVisibility.TEAM, metadata: { tags: ["x"] } }]) {
    const { chat } = await createChat(deps, alice, create(Chat.CreateChatRequestSchema, fields));
    chats.push(chat?.chatId ?? "");
  }
  const given = { title: "Orders", kind: "bpmn", labels: { a: "b" }, primaryChatId: chats[0] ?? "" };
  const artifactDeps = {
    ...slices,
    linkPrimaryChat: (
      ...[tx, actor, chatId, artifact]: Parameters<Parameters<typeof createArtifact>[0]["linkPrimaryChat"]>
    ) => linkPrimaryChat(slices, tx, actor, chatId, artifact),
  };
  const { artifact } = await createArtifact(
    artifactDeps,
    alice,
    create(Artifact.CreateArtifactRequestSchema, given),
  );
  return { chats, artifacts: [artifact?.artifactId ?? ""], runs: [await slices.start(alice, "echo alone")] };
}

/** Does it; refusals are part of the game. */
async function take(world: World, { command, which, text }: Step): Promise<void> {
  const chatId = world.chats[which % world.chats.length] ?? "";
  const artifactId = world.artifacts[0] ?? "";
  const deps = { ...slices, runs: createChatRuns(slices) };
  const send = async () => {
    const message = { parts: [{ kind: { case: "text" as const, value: { text } } }] };
    const request = create(Chat.SendMessageRequestSchema, { chatId, message, requestId: uuidv7() });
    const { runId } = await sendMessage(deps, alice, request);
    world.runs.push(runId);
    if (command === "send and wait") await readInto(createRunLine(), slices.watch(alice, runId));
  };
  const runId = world.runs[which % world.runs.length] ?? "";
  const visibility = 1 + (which % 3);
  const doing: Record<Step["command"], () => Promise<unknown>> = {
    send,
    "send and wait": send,
    rename: () =>
      updateChatTitle(slices, alice, create(Chat.UpdateChatTitleRequestSchema, { chatId, title: text })),
    share: () =>
      updateVisibility(slices, alice, create(Chat.UpdateVisibilityRequestSchema, { chatId, visibility })),
    link: () =>
      associateArtifact(slices, alice, create(Chat.AssociateArtifactRequestSchema, { chatId, artifactId })),
    unlink: () =>
      dissociateChat(slices, alice, create(Artifact.DissociateChatRequestSchema, { chatId, artifactId })),
    "rename artifact": () =>
      renameArtifact(
        slices,
        alice,
        create(Artifact.RenameArtifactRequestSchema, { artifactId, title: text }),
      ),
    cancel: () => cancelRun(slices, alice, create(CancelRunRequestSchema, { runId })),
    delete: () => deleteChat(deps, alice, create(Chat.DeleteChatRequestSchema, { chatId })),
  };
  await doing[command]().catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error;
  });
}

/** The rows as they are, and as the stored events make them. */
async function rowsAndFolds({ chats, artifacts, runs }: World): Promise<[unknown, unknown][]> {
  const reader = slices.database.reader(alice.tenantId);
  const events = (stream: string) => slices.events.read(reader, stream);
  const pairs: [unknown, unknown][] = [];
  for (const id of chats) {
    const stored = await events(chatStream(id));
    const fold = stored.reduce((chat, at) => evolveChat(chat, at.data as ChatEvent, at), newChat(id));
    pairs.push([await findChat(reader, id), fold]);
  }
  for (const id of artifacts) {
    const stored = await events(artifactStream(id));
    const fold = stored.reduce(
      (artifact, { data, version, time, metadata: { userId } }) =>
        evolveArtifact(artifact, data as ArtifactEvent, { version, time, userId }),
      newArtifact(id),
    );
    pairs.push([await findArtifact(reader, id), fold]);
  }
  for (const id of runs) {
    const stored = await events(runStream(id));
    const fold = stored.reduce((run, at) => evolveRun(run, at.data as RunEvent, at), newRun(id));
    pairs.push([await findRun(reader, id), fold]);
  }
  return pairs;
}

describe("the rows of chats, artifacts and runs", () => {
  it("can be rebuilt from their events, whatever was done", async () => {
    const step = fc.record({
      command: fc.constantFrom(...COMMANDS.slice(0, -1), ...COMMANDS),
      which: fc.nat(20),
      text: fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).map((text) => `echo ${text}`),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 20 }), async (steps) => {
        const world = await begin();
        for (const next of steps) await take(world, next);
        for (const runId of world.runs) await readInto(createRunLine(), slices.watch(alice, runId));
        for (const [row, fold] of await rowsAndFolds(world)) expect(row).toEqual(fold);
      }),
      { numRuns: 30 },
    );
  });
});
