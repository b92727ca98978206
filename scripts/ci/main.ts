import { testCounts } from "./test-counts.ts";

// Prints `passed failed skipped` of a JSON report, given the exit status of the run that wrote it.
const [reportFile, status] = process.argv.slice(2);
if (reportFile === undefined || status === undefined)
  throw new Error("usage: main.ts <report.json> <exit status>");
const { passed, failed, skipped } = testCounts(reportFile, status !== "0");
console.log(passed, failed, skipped);
