import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readiness } from "../platform/health/dependencies.ts";

/** How long an answer holds: whoever asks without a token must not be able to load the database with it. */
const HOLDS_MILLISECONDS = 1000;

export interface ReadinessDeps {
  check(): Promise<Readiness>;
  draining: AbortSignal;
}

/** Whether the server can do its work, asked of the dependencies at most once a second however many want to know. */
export function createReadiness(
  { check, draining }: ReadinessDeps,
  holdsMilliseconds = HOLDS_MILLISECONDS,
): () => Promise<Readiness> {
  let answer: Promise<Readiness> | undefined;
  let until = 0;
  return async () => {
    if (answer === undefined || performance.now() >= until) {
      answer = check().catch(() => ({ ready: false, dependencies: {} }));
      until = performance.now() + holdsMilliseconds;
    }
    const { ready, dependencies } = await answer;
    return { ready: ready && !draining.aborted, dependencies };
  };
}

/** Answers `/healthz` and `/readyz`; false when it was asked for something else. */
export function answerProbe(readiness: () => Promise<Readiness>, path: string, res: ServerResponse): boolean {
  if (path === "/healthz") res.writeHead(200, TEXT).end("ok\n");
  else if (path === "/readyz") void answerReady(readiness, res);
  else return false;
  return true;
}

/** All that a process without the gateway role answers, for whoever keeps it alive. */
export function createProbes(deps: ReadinessDeps): (req: IncomingMessage, res: ServerResponse) => void {
  const readiness = createReadiness(deps);
  return (req, res) => {
    const path = req.url?.split("?")[0] ?? "";
    if (!answerProbe(readiness, path, res)) res.writeHead(404, TEXT).end("not found\n");
  };
}

const TEXT = { "content-type": "text/plain" };

async function answerReady(readiness: () => Promise<Readiness>, res: ServerResponse): Promise<void> {
  const { ready, dependencies } = await readiness();
  const lines = Object.entries(dependencies).map(([name, state]) => `${name} ${state}\n`);
  res.writeHead(ready ? 200 : 503, TEXT).end([ready ? "ready\n" : "not ready\n", ...lines].join(""));
}
