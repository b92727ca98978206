import type { GetModelRulesResponseSchema } from "@ameide/proto/ameide/artifact/v1/content_query_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import { etagOf } from "../../platform/command/etag.ts";
import type { Database } from "../../platform/db/database.ts";
import { findRules } from "./model-rule-store.ts";
import { ruleMessage } from "./model-rule.ts";

export async function getModelRules(
  deps: { database: Database },
  actor: Actor,
): Promise<MessageInitShape<typeof GetModelRulesResponseSchema>> {
  requireScope(actor, "artifact.read");
  const { rules, version } = await findRules(deps.database.reader(actor.tenantId));
  return { rules: rules.map(ruleMessage), etag: etagOf(version) };
}
