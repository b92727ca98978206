import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createTextDeltas } from "./text-deltas.ts";

it("whatever the pieces, each delta is well formed and together they are the text, lone halves replaced", () => {
  const unit = fc.oneof(fc.integer({ min: 0xd800, max: 0xdfff }), fc.integer({ min: 32, max: 126 }));
  const piece = fc.array(unit, { maxLength: 4 }).map((codes) => String.fromCharCode(...codes));
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const deltas = createTextDeltas();
      const told = [...pieces.map((text) => deltas.add(text)), deltas.flush()];
      expect(told.every((text) => text.isWellFormed())).toBe(true);
      expect(told.join("")).toBe(pieces.join("").toWellFormed());
    }),
  );
});
