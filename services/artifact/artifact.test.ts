import { RelationType } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import {
  ArtifactChatLinkedSchema,
  ArtifactChatUnlinkedSchema,
  ArtifactCreatedSchema,
  ArtifactRenamedSchema,
} from "@ameide/proto-private/ameide/events/v1/artifact_events_pb.js";
import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import {
  decideCreate,
  decideLinkChat,
  decideRename,
  decideUnlinkChat,
  evolveArtifact,
  newArtifact,
  type ArtifactEvent,
  type ArtifactState,
} from "./artifact.ts";

const ARTIFACT = "0199aa00-0000-7000-8000-000000000001";
const CHAT = "0199aa00-0000-7000-8000-000000000002";

const at = (version: number) => ({ version, time: new Date(1_000 * version), userId: `user-${version}` });
const ORDERS = { title: "Orders", kind: "bpmn::process", labels: { a: "b" }, primaryChatId: CHAT };
const created = create(ArtifactCreatedSchema, ORDERS);

/** An artifact with this history. */
const given = (...events: ArtifactEvent[]): ArtifactState =>
  events.reduce((artifact, event, i) => evolveArtifact(artifact, event, at(i + 1)), newArtifact(ARTIFACT));

describe("an artifact", () => {
  it("begins as it was described, made by whoever caused it", () => {
    expect(decideCreate(ORDERS)).toEqual([created]);
    const { time } = at(1);
    expect(given(created)).toEqual({
      ...ORDERS,
      artifactId: ARTIFACT,
      createdBy: "user-1",
      version: 1,
      createTime: time,
      updateTime: time,
    });
  });

  it("is renamed, and the event says from what", () => {
    const decided = decideRename(given(created), "Invoices");
    expect(decided).toEqual([create(ArtifactRenamedSchema, { title: "Invoices", oldTitle: "Orders" })]);
    expect(given(created, ...decided)).toEqual({
      ...given(created),
      title: "Invoices",
      version: 2,
      updateTime: at(2).time,
    });
  });

  it("that has the title already is not changed", () => {
    expect(decideRename(given(created), "Orders")).toEqual([]);
  });

  it("is changed by links and unlinks, but not in what it says", () => {
    const { CREATED } = RelationType;
    const linked = decideLinkChat({ chatId: CHAT, title: "A chat" }, CREATED);
    const unlinked = decideUnlinkChat(CHAT);
    expect(linked).toEqual([
      create(ArtifactChatLinkedSchema, { chatId: CHAT, chatTitle: "A chat", relationType: CREATED }),
    ]);
    expect(unlinked).toEqual([create(ArtifactChatUnlinkedSchema, { chatId: CHAT })]);
    expect(given(created, ...linked, ...unlinked)).toEqual({
      ...given(created),
      version: 3,
      updateTime: at(3).time,
    });
  });
});
