import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyEdits, editBetween, EditOutside } from "./text-edits.ts";

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 30 }),
  fc.array(fc.constantFrom("a", "b", "😀", "😁", "\n"), { maxLength: 12 }).map((parts) => parts.join("")),
);

describe("an edit of a text", () => {
  it("between two texts makes the one of the other, and cuts no character in two", () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const edit = editBetween(before, after);
        expect(edit === undefined).toBe(before === after);
        expect(applyEdits(before, edit ? [edit] : [])).toBe(after);
        expect(edit?.inserted.isWellFormed() ?? true).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it("counts characters, each for the text that the one before made", () => {
    const edits = [
      { offset: 1, deleted: 1, inserted: "bc" },
      { offset: 3, deleted: 1, inserted: "" },
      { offset: 3, deleted: 0, inserted: "!" },
    ];
    expect(applyEdits("a😀d", edits)).toBe("abc!");
  });

  it.each([
    { offset: 4, deleted: 0 },
    { offset: 3, deleted: 1 },
  ])("that is not within the text says which: $offset, $deleted", (edit) => {
    const edits = [
      { offset: 0, deleted: 0, inserted: "" },
      { ...edit, inserted: "" },
    ];
    expect(() => applyEdits("a😀c", edits)).toThrow(new EditOutside(1));
  });
});
