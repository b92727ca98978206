import { beforeEach, describe, expect, it } from "vitest";
import type { DraftStorage } from "./draft-store.ts";
import { claimRequestId, clearDraft, editDraft, readDraft } from "./draft-store.ts";

function memory(): DraftStorage {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

describe("draft store", () => {
  let storage: DraftStorage;
  beforeEach(() => {
    storage = memory();
  });

  it("keeps the text of each chat", () => {
    editDraft(storage, "a", "one");
    editDraft(storage, "b", "two");
    expect([readDraft(storage, "a").text, readDraft(storage, "b").text]).toEqual(["one", "two"]);
  });

  it("sends the same text under the same id", () => {
    editDraft(storage, "a", "one");
    expect(claimRequestId(storage, "a", "one")).toBe(claimRequestId(storage, "a", "one"));
  });

  it("gives another text another id, also when it is changed back", () => {
    const first = claimRequestId(storage, "a", "one");
    editDraft(storage, "a", "one!");
    editDraft(storage, "a", "one");
    expect(claimRequestId(storage, "a", "one")).not.toBe(first);
  });

  it("asks the same thing again under another id once it was sent", () => {
    const first = claimRequestId(storage, "a", "one");
    clearDraft(storage, "a");
    expect(claimRequestId(storage, "a", "one")).not.toBe(first);
  });

  it("forgets an emptied text", () => {
    editDraft(storage, "a", "one");
    editDraft(storage, "a", "");
    expect(readDraft(storage, "a")).toEqual({ text: "" });
  });
});
