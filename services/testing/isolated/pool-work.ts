import { JobFailure, serveJobs } from "../../platform/worker-pool/serve-jobs.ts";

/** What the threads of a test do. */
export interface Job {
  do: "double" | "count" | "busy" | "fail" | "hoard";
  n: number;
}

serveJobs<Job, number, number>(async ({ do: what, n }, tell) => {
  switch (what) {
    case "double":
      return { result: 2 * n };
    case "count":
      for (let i = 0; i < n; i++) await tell(i);
      return { result: n };
    case "busy":
      for (const end = performance.now() + n; performance.now() < end;);
      return { result: n };
    case "fail":
      throw new JobFailure("not this", { n });
    case "hoard":
      for (const kept: string[][] = []; ;)
        kept.push(Array.from({ length: 10_000 }, (_, i) => `${i} ${kept.length}`));
  }
});
