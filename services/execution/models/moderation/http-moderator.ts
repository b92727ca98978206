import { z } from "zod";
import { ModerationFailed, type Moderator, type Verdict } from "./moderator.ts";

export interface HttpModeratorOptions {
  /** "/moderations" is added. */
  url: string;
  apiKey: string | undefined;
  /** What the service is to judge with; its own choice when undefined. */
  model: string | undefined;
  timeoutMilliseconds?: number;
}

const answer = z.object({
  results: z.array(
    z.object({ flagged: z.boolean(), categories: z.record(z.string(), z.unknown()).optional() }),
  ),
});

const LARGEST_ANSWER = 1024 * 1024;
const TRIES = 2;

/** Asks a service with OpenAI's moderations endpoint. */
export function createHttpModerator(options: HttpModeratorOptions): Moderator {
  return {
    async check(texts, signal) {
      for (let tries = 1; ; tries += 1) {
        try {
          return await ask(options, texts, signal);
        } catch (error) {
          signal.throwIfAborted();
          if (tries === TRIES)
            throw error instanceof ModerationFailed ? error : new ModerationFailed("does not answer");
        }
      }
    },
  };
}

async function ask(
  { url, apiKey, model, timeoutMilliseconds = 5_000 }: HttpModeratorOptions,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<Verdict[]> {
  const response = await fetch(`${url.replace(/\/$/, "")}/moderations`, {
    method: "POST",
    redirect: "error",
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMilliseconds)]),
    headers: {
      "content-type": "application/json",
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
    },
    body: JSON.stringify({ input: texts, ...(model !== undefined && { model }) }),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new ModerationFailed(`failed (${response.status})`);
  }
  return verdictsOf(await limitedText(response), texts.length);
}

function verdictsOf(body: string, wanted: number): Verdict[] {
  const told = answer.safeParse(parsed(body));
  if (!told.success || told.data.results.length !== wanted)
    throw new ModerationFailed("did not answer with verdicts");
  return told.data.results.map(({ flagged, categories = {} }) => ({
    blocked: flagged,
    categories: flagged ? Object.keys(categories).filter((name) => categories[name] === true) : [],
  }));
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

async function limitedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > LARGEST_ANSWER) throw new ModerationFailed("sent more than is taken");
  }
  return text;
}
