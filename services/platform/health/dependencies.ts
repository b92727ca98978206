/** Something outside of this process that it works with. */
export interface Dependency {
  name: "database" | "redis" | "nats";
  /** Without it this process can do nothing; without the others it does its work slower or with less comfort. */
  needed: boolean;
  /** Rejects, or resolves false, when it does not answer. */
  answers(): Promise<boolean>;
}

export interface Readiness {
  ready: boolean;
  dependencies: Readonly<Record<string, "up" | "down">>;
}

/** A dependency that hangs is down. */
const ANSWERS_WITHIN_MILLISECONDS = 2000;

/** Asks all of them at the same time. */
export async function checkDependencies(
  dependencies: readonly Dependency[],
  withinMilliseconds = ANSWERS_WITHIN_MILLISECONDS,
): Promise<Readiness> {
  const states = await Promise.all(
    dependencies.map(async (dependency) => ({
      ...dependency,
      up: await answersWithin(dependency, withinMilliseconds),
    })),
  );
  return {
    ready: states.every(({ needed, up }) => up || !needed),
    dependencies: Object.fromEntries(states.map(({ name, up }) => [name, up ? "up" : "down"])),
  };
}

async function answersWithin({ answers }: Dependency, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([answers(), late]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
