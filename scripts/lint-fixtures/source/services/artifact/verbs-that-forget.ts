// must fail next: scope-first
export async function rename(deps: Deps, actor: Actor, name: string): Promise<void> {
  const artifact = await deps.load(actor.tenantId);
  requireScope(actor, "artifact.write");
  artifact.name = name;
}

// must fail next: scope-first
export function list({ store }: Deps, actor: Actor): Promise<Artifact[]> {
  return store.list(actor.tenantId);
}

// must fail next: scope-first
export async function* watch(deps: Deps, actor: Actor): AsyncIterable<Artifact> {
  requireScope(deps.system, "artifact.read");
  yield* deps.watch(actor.tenantId);
}

export const remove = async (deps: Deps, actor: Actor): Promise<void> => deps.remove(actor); // must fail: scope-first
