import { describe, expect, it } from "vitest";
import { parseCommandLine } from "./command-line.ts";
import { ConfigError } from "./config.ts";

describe("the command line", () => {
  it.each([
    [[], { help: false, settings: {} }],
    [["--roles", "gateway"], { help: false, settings: { ROLES: "gateway" } }],
    [["--roles=execution,worker"], { help: false, settings: { ROLES: "execution,worker" } }],
    [["--help"], { help: true, settings: {} }],
    [["-h"], { help: true, settings: {} }],
  ])("%j", (args, expected) => {
    expect(parseCommandLine(args)).toEqual(expected);
  });

  it.each([["--role=gateway"], ["gateway"], ["--roles"]])("%s is refused with what there is", (arg) => {
    expect(() => parseCommandLine([arg])).toThrow(ConfigError);
    expect(() => parseCommandLine([arg])).toThrow("--roles gateway,execution,worker");
  });
});
