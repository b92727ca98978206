import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testCounts } from "./test-counts.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ameide-counts-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function reportOf(failedTests: number, files: { status: string; assertions: string[] }[]): string {
  const file = join(folder, "report.json");
  const testResults = files.map(({ status, assertions }) => ({
    status,
    assertionResults: assertions.map((assertion) => ({ status: assertion })),
  }));
  const counts = { numPassedTests: 7, numFailedTests: failedTests, numPendingTests: 2, numTodoTests: 1 };
  writeFileSync(file, JSON.stringify({ ...counts, testResults }));
  return file;
}

describe("the counts of a test run", () => {
  it("are those of the report", () => {
    const report = reportOf(1, [{ status: "failed", assertions: ["passed", "failed"] }]);
    expect(testCounts(report, true)).toEqual({ passed: 7, failed: 1, skipped: 3 });
  });

  it("hold a file that could not be loaded as one failure", () => {
    const report = reportOf(0, [{ status: "failed", assertions: [] }]);
    expect(testCounts(report, true)).toEqual({ passed: 7, failed: 1, skipped: 3 });
  });

  it("hold a run that failed without a failed test as one failure", () => {
    expect(testCounts(reportOf(0, []), true).failed).toBe(1);
    expect(testCounts(reportOf(0, []), false).failed).toBe(0);
  });

  it("hold a run without a report as one failure", () => {
    expect(testCounts(join(folder, "none.json"), true)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});
