import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../run-command.ts";
import { missingPlatformPackages, type Lockfile } from "./platform-packages.ts";

function lockfileWith(...optional: string[]): Lockfile {
  const optionalDependencies = Object.fromEntries(optional.map((name) => [name, "1.0.0"]));
  return { packages: { "node_modules/tool": { version: "1.0.0", dev: true, optionalDependencies } } };
}

describe("the packages of other platforms", () => {
  it("are all in package-lock.json; if not, run npm run lockfile", () => {
    const lockfile = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as Lockfile;
    expect(Object.keys(missingPlatformPackages(lockfile))).toEqual([]);
  });

  it("are described by their names", () => {
    const missing = missingPlatformPackages(
      lockfileWith("@tool/linux-arm64-musl", "tool-win32-x64", "tool-wasm32-wasi"),
    );
    const common = { version: "1.0.0", optional: true, dev: true };
    expect(missing).toEqual({
      "node_modules/@tool/linux-arm64-musl": { ...common, os: ["linux"], cpu: ["arm64"], libc: ["musl"] },
      "node_modules/tool-win32-x64": { ...common, os: ["win32"], cpu: ["x64"] },
      "node_modules/tool-wasm32-wasi": { ...common, cpu: ["wasm32"] },
    });
  });

  it("are refused when their names do not tell the platform", () => {
    expect(() => missingPlatformPackages(lockfileWith("left-pad"))).toThrow("left-pad does not say");
  });
});
