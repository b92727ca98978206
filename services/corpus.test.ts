import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCorpus, type CorpusOptions } from "./corpus.ts";
import { describeFile } from "./corpus/describe-file.ts";
import { available, locate } from "./testing/requirements.ts";

const OPTIONS: CorpusOptions = { timeoutMs: 60_000, threads: 2, heapMegabytes: 1024 };
const MODEL = `<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="D" targetNamespace="urn:t">
  <process id="P" name="Order"><task id="T" name="Check"/></process>
</definitions>`;

describe("npm run corpus", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "corpus-"));
    mkdirSync(join(folder, "inner"));
    writeFileSync(join(folder, "good.bpmn"), MODEL);
    writeFileSync(join(folder, "inner/also good.xml"), MODEL.replace(' name="Check"', ""));
    writeFileSync(join(folder, "hostile.bpmn"), `<!DOCTYPE a>${MODEL}`);
    writeFileSync(join(folder, "odd.bpmn"), "not a model");
    writeFileSync(join(folder, "readme.md"), "not a model either");
    symlinkSync(folder, join(folder, "inner/loop"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("finds models by their content, and counts what it refuses and does not know", async () => {
    const { summary, files } = await runCorpus([folder], OPTIONS, () => {});
    expect(summary).toMatchObject({
      files: 5,
      models: 3,
      byNotation: { bpmn: 3 },
      others: 2,
      passed: 2,
      failed: 0,
      refused: 1,
      schema: { valid: 2, invalidBefore: 0, unknown: 0 },
      sameExports: 2,
      renamed: 2,
    });
    const lines = files.flatMap(describeFile).join("\n");
    expect(lines).toMatch(/^REFUSED .*hostile\.bpmn\n +XML_DOCTYPE line 1: /m);
    expect(lines).toMatch(/^unknown .*odd\.bpmn/m);
    expect(lines).not.toContain("readme.md");
  });

  it("a file that takes too long costs itself only", async () => {
    const one = join(folder, "good.bpmn");
    const { summary, files } = await runCorpus([one, one], { ...OPTIONS, timeoutMs: 1 }, () => {});
    expect(files.map(({ lost }) => lost)).toEqual(["not done after 0.001 s", "not done after 0.001 s"]);
    expect(summary).toMatchObject({ models: 2, failed: 2, passed: 0, faultsByCheck: { time: 2 } });
  });

  it("ends with 1 where something failed, and prints JSON lines when asked", async () => {
    const run = (...args: string[]): Promise<{ code: number; output: string }> =>
      new Promise((resolve) => {
        const program = join(import.meta.dirname, "corpus.ts");
        execFile(process.execPath, [program, ...args], (error, output) =>
          resolve({ code: Number(error?.code ?? 0), output }),
        );
      });
    const [fine, strict, none, wrong] = await Promise.all([
      run(folder, "--json"),
      run(folder, "--strict"),
      run(),
      run("/no/such/folder"),
    ]);
    expect([fine.code, strict.code, none.code, wrong.code]).toEqual([0, 1, 2, 2]);
    const lines = fine.output
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(lines).toHaveLength(6);
    expect(lines.at(-1)).toMatchObject({ corpus: { models: 3, failed: 0 } });
  });
});

describe.skipIf(!available("corpus"))("the models of others", () => {
  // Each check is seen to fail in check-model.test.ts.
  it("all import, come out as they came in, stay valid, and differ in one label when one is changed", async () => {
    const { summary, files } = await runCorpus([locate("corpus") ?? ""], OPTIONS, () => {});
    const said = files.filter(({ report, lost }) => lost ?? (report?.refused || report?.faults.length));
    expect(said.flatMap(describeFile)).toEqual([]);
    expect(summary).toMatchObject({
      failed: 0,
      refused: 0,
      sameExports: summary.models,
      renamed: summary.models,
    });
    expect(summary.models).toBeGreaterThanOrEqual(62);
    expect(summary.schema).toMatchObject({ unknown: 0, invalidBefore: 9 });
  }, 300_000);
});
