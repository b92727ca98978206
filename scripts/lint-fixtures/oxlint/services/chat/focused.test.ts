import { expect, it } from "vitest";

// must fail next: vitest(no-focused-tests)
it.only("hides its neighbours", () => {
  expect(process.env["CI"]).toBeUndefined();
});
