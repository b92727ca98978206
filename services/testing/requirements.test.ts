import { afterEach, describe, expect, it, vi } from "vitest";
import { available, locate, reportMissing } from "./requirements.ts";

describe("what a test needs of the machine", () => {
  afterEach(() => vi.unstubAllEnvs());
  const onBareMachine = (required: string) => {
    vi.stubEnv("PATH", "");
    vi.stubEnv("AMEIDE_TEST_REQUIRE", required);
  };

  it("when it is missing and nobody requires it, is said in one line", () => {
    onBareMachine("");
    const lines: string[] = [];
    reportMissing(["chromium"], (line) => lines.push(line));
    expect(available("chromium")).toBe(false);
    expect(lines).toEqual(["skipped: Chromium is not installed (apt-get install chromium)"]);
  });

  it("when it is missing and required, stops the tests", () => {
    onBareMachine("postgres, chromium");
    expect(() => locate("chromium")).toThrow(
      "AMEIDE_TEST_REQUIRE asks for chromium, but Chromium is not installed",
    );
  });

  it("when it is required by a name that nobody knows, stops the tests", () => {
    onBareMachine("postgresql");
    expect(() => locate("chromium")).toThrow("postgresql is none of postgres, redis, nats, chromium, corpus");
  });
});
