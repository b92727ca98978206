/**
 * Waits for work and gives its outcome, good or bad, for later: a repeated request gets its first answer whatever has
 * become of what it was about.
 */
export async function settle<T>(work: Promise<T>): Promise<() => T> {
  try {
    const result = await work;
    return () => result;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
