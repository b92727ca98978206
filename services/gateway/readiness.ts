/** How long an answer holds: whoever asks without a token must not be able to load the database with it. */
const HOLDS_MILLISECONDS = 1000;

/** Whether the server can do its work, asked of the dependencies at most once a second however many want to know. */
export function createReadiness(
  isReady: () => Promise<boolean>,
  draining: AbortSignal,
  holdsMilliseconds = HOLDS_MILLISECONDS,
): () => Promise<boolean> {
  let answer: Promise<boolean> | undefined;
  let until = 0;
  return async () => {
    if (answer === undefined || performance.now() >= until) {
      answer = isReady().catch(() => false);
      until = performance.now() + holdsMilliseconds;
    }
    const ready = await answer;
    return ready && !draining.aborted;
  };
}
