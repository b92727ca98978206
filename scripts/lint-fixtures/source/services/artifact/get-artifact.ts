import "../platform/database.ts";

export async function getArtifact(deps: Deps, actor: Actor, id: string): Promise<void> {
  requireScope(actor, "artifact.read");
  await deps.load(actor.tenantId, id);
}

export function visibleTo(artifact: Artifact, actor: Actor): boolean {
  return artifact.tenantId === actor.tenantId;
}

export async function listRows(reader: Reader, actor: Actor): Promise<Row[]> {
  return reader.rowsOf(actor.userId);
}
