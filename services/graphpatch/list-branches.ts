import {
  ListBranchesRequestSchema,
  type ListBranchesRequest,
  type ListBranchesResponseSchema,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { artifactStream, listBranches as listRows, loadArtifact, MAIN } from "../artifact/index.ts";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { pageOf } from "../platform/tokens/page-token.ts";
import { branchMessage, mainBranchMessage } from "./branch-message.ts";

/** An artifact has few branches: they are read at once and told in pages. */
export async function listBranches(
  deps: { database: Database },
  actor: Actor,
  request: ListBranchesRequest,
): Promise<MessageInitShape<typeof ListBranchesResponseSchema>> {
  requireScope(actor, "artifact.read");
  const reader = deps.database.reader(actor.tenantId);
  const page = pageOf(ListBranchesRequestSchema, request, { default: 20, max: 100, texts: true });
  const artifact = await loadArtifact(reader, request.artifactId);
  const branches = await listRows(reader, artifact.artifactId);
  const names = new Map([[artifactStream(artifact.artifactId), MAIN]]);
  for (const { branchId, branch } of branches)
    names.set(`${artifactStream(artifact.artifactId)}-branch-${branchId}`, branch);
  const all = [
    mainBranchMessage(artifact),
    ...branches.map((branch) => branchMessage(branch, names.get(branch.baseStreamId) ?? "")),
  ];
  const { after } = page;
  const rest = after
    ? all.slice(1).filter(({ name }) => name > after.sortKey || after.sortKey === MAIN)
    : all;
  return {
    branches: rest.slice(0, page.size),
    nextPageToken: page.nextToken(rest, ({ name }) => ({ sortKey: name, id: artifact.artifactId })),
  };
}
