import { CreateArtifactRequestSchema } from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import { create } from "@bufbuild/protobuf";
import { v5 as uuidv5, validate as isUuid } from "uuid";
import {
  createArtifact,
  findArtifactsById,
  searchArtifacts,
  type CreateArtifactDeps,
} from "./artifact/index.ts";
import { agentActor, composeModelTools, type ModelToolDeps } from "./compose-model-tools.ts";
import type { ToolPorts } from "./execution/tool-ports.ts";

const FOUND_ARTIFACTS = 10;

/** What tools do, by the verbs of the slices. */
export function composeTools(deps: ModelToolDeps): ToolPorts {
  const { database, now } = deps;
  return {
    now,
    models: composeModelTools(deps),
    async createArtifact({ tenantId, userId }, { title, kind }, idempotencyKey) {
      // A person with the right to create it has approved this very call.
      const requestId = uuidv5(idempotencyKey, uuidv5.URL);
      const request = create(CreateArtifactRequestSchema, { title, kind, requestId });
      const artifacts: CreateArtifactDeps = {
        ...deps,
        linkPrimaryChat: async (_tx, _actor, _chatId, artifact) => artifact,
      };
      const created = await createArtifact(artifacts, agentActor(tenantId, userId), request);
      return created.artifact?.artifactId ?? "";
    },
    async findArtifacts({ tenantId }, query) {
      const reader = database.reader(tenantId);
      const byId = isUuid(query) ? await findArtifactsById(reader, [query]) : [];
      return byId.length > 0 ? byId : searchArtifacts(reader, query, FOUND_ARTIFACTS);
    },
  };
}
