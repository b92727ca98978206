import { ListChatsRequestSchema } from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import { ListArtifactsRequestSchema } from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import {
  CheckpointTokenSchema,
  PageTokenSchema,
  ResumeTokenSchema,
} from "@ameide/proto-private/ameide/tokens/v1/tokens_pb.js";
import { create, toBinary } from "@bufbuild/protobuf";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { checkpointToken, versionOfCheckpoint } from "./checkpoint-token.ts";
import { pageOf } from "./page-token.ts";
import { createTokenSealer } from "./sealed-token.ts";

const secret = Buffer.alloc(32, 7);
const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");
const GARBAGE = ["x", "AAAA", "%%%", "a b", "\0", "=".repeat(40), "A".repeat(5000), "null", "{}"];

describe("a sealed token", () => {
  const message = create(ResumeTokenSchema, { tenantId: uuidv7(), userId: "alice", seq: 42n });
  const sealer = createTokenSealer(secret);
  const token = sealer.seal(ResumeTokenSchema, message);

  it("opens to what was sealed, and is safe in a URL", () => {
    expect(sealer.open(ResumeTokenSchema, token)).toEqual(message);
    expect(token).toMatch(/^[\w-]+$/);
  });

  it("does not open when any one bit of it was changed", () => {
    const bytes = Buffer.from(token, "base64url");
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(sealer.open(ResumeTokenSchema, base64url(changed))).toBeUndefined();
    }
  });

  it("does not open shortened, lengthened or written in another way", () => {
    for (let length = 0; length < token.length; length++) {
      expect(sealer.open(ResumeTokenSchema, token.slice(0, length))).toBeUndefined();
    }
    for (const other of [`${token}A`, `${token}=`, ` ${token}`, `${token}\n`, `${token}+`]) {
      expect(sealer.open(ResumeTokenSchema, other)).toBeUndefined();
    }
  });

  it("does not open as another kind of token", () => {
    const same = create(CheckpointTokenSchema, { streamId: "s", version: 1n });
    const sealed = sealer.seal(CheckpointTokenSchema, same);
    expect(sealer.open(ResumeTokenSchema, sealed)).toBeUndefined();
    expect(sealer.open(PageTokenSchema, sealed)).toBeUndefined();
  });

  it("does not open with another secret", () => {
    const other = createTokenSealer(Buffer.alloc(32, 8));
    expect(other.open(ResumeTokenSchema, token)).toBeUndefined();
  });

  it.each(GARBAGE)("does not open when it is %j", (garbage) => {
    expect(sealer.open(ResumeTokenSchema, garbage)).toBeUndefined();
  });
});

describe("a page token", () => {
  const sizes = { default: 2, max: 3, numbered: true };
  const rows = ["a", "b", "c", "d"].map((_, i) => ({ sortKey: String(10 - i), id: uuidv7() }));
  const request = (fields: object = {}) => create(ListArtifactsRequestSchema, { kinds: ["bpmn"], ...fields });
  const page = (fields?: object) => pageOf(ListArtifactsRequestSchema, request(fields), sizes);
  const tokenOf = (fields?: object) => page(fields).nextToken(rows, (row) => row);
  const refusal = expect.objectContaining({ reason: "PAGE_TOKEN_INVALID" }) as Error;
  const forged = (fields: object) => {
    const genuine = create(PageTokenSchema, { sortKey: "10", id: uuidv7() });
    const hash = Buffer.from(tokenOf(), "base64url").subarray(-8);
    return base64url(
      toBinary(PageTokenSchema, create(PageTokenSchema, { ...genuine, argumentsHash: hash, ...fields })),
    );
  };

  it("says where the next page starts: after the last row of this one", () => {
    expect(page({ pageToken: tokenOf() }).after).toEqual(rows[1]);
    expect(page().after).toBeUndefined();
  });

  it("is empty on the last page", () => {
    expect(page().nextToken(rows.slice(0, 2), (row) => row)).toBe("");
    expect(page().nextToken([], (row) => row)).toBe("");
  });

  it("comes with a page of the default size, the asked size, or the largest", () => {
    const size = (pageSize: number) => page({ pageSize }).size;
    expect([size(0), size(1), size(3), size(1000)]).toEqual([2, 1, 3, 3]);
  });

  it("allows another page size, and the same arguments", () => {
    expect(page({ pageToken: tokenOf(), pageSize: 3 }).after).toEqual(rows[1]);
  });

  it("is refused when an argument has changed", () => {
    const pageToken = tokenOf();
    expect(() => page({ pageToken, kinds: ["uml"] })).toThrow(refusal);
    expect(() => page({ pageToken, kinds: [] })).toThrow(refusal);
    const ofChats = () =>
      pageOf(ListChatsRequestSchema, create(ListChatsRequestSchema, { pageToken }), sizes);
    expect(ofChats).toThrow(refusal);
  });

  it.each(GARBAGE)("is refused when it is %j", (pageToken) => {
    expect(() => page({ pageToken })).toThrow(refusal);
  });

  it.each([
    { sortKey: "1; DROP TABLE chats" },
    { sortKey: "' OR ''='" },
    { sortKey: "2026-01-01T00:00:00.000Z'::timestamptz)--" },
    { sortKey: "2026-99-99T00:00:00.000Z" },
    { sortKey: "infinity" },
    { sortKey: "1e9" },
    { sortKey: "9".repeat(16) },
    { sortKey: "" },
    { id: "' OR ''='" },
    { id: "not-a-uuid" },
    { id: "" },
    { argumentsHash: new Uint8Array() },
  ])("is refused when somebody made it up with %o", (fields) => {
    expect(() => page({ pageToken: forged(fields) })).toThrow(refusal);
  });

  it("of a list by number names a number, of a list by time a time", () => {
    const time = "2026-01-01T00:00:00.000Z";
    const byTime = (sortKey: string) =>
      pageOf(ListArtifactsRequestSchema, request({ pageToken: forged({ sortKey }) }), { default: 2, max: 3 });
    expect(page({ pageToken: forged({ sortKey: "123456789012345" }) }).after?.sortKey).toBe(
      "123456789012345",
    );
    expect(() => page({ pageToken: forged({ sortKey: time }) })).toThrow(refusal);
    expect(byTime(time).after?.sortKey).toBe(time);
    expect(() => byTime("1")).toThrow(refusal);
  });
});

describe("a checkpoint token", () => {
  const refusal = expect.objectContaining({ reason: "RESUME_TOKEN_INVALID" }) as Error;
  const forged = (version: bigint) =>
    base64url(toBinary(CheckpointTokenSchema, create(CheckpointTokenSchema, { streamId: "s", version })));

  it.each([0, 1, Number.MAX_SAFE_INTEGER])("names the version %s to go on after", (version) => {
    expect(versionOfCheckpoint(checkpointToken("s", version), "s")).toBe(version);
  });

  it("without one a stream is read from its beginning", () => {
    expect(versionOfCheckpoint("", "s")).toBe(0);
  });

  it("of another stream is refused", () => {
    expect(() => versionOfCheckpoint(checkpointToken("other", 1), "s")).toThrow(refusal);
  });

  it.each(GARBAGE)("that is %j is refused", (token) => {
    expect(() => versionOfCheckpoint(token, "s")).toThrow(refusal);
  });

  it.each([-1n, 2n ** 60n])("of version %s is refused", (version) => {
    expect(() => versionOfCheckpoint(forged(version), "s")).toThrow(refusal);
  });
});
