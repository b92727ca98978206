import {
  ListRunsRequestSchema,
  type ListRunsRequest,
  type ListRunsResponseSchema,
} from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { mayReadChat } from "../chat/index.ts";
import { isAdmin, requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { pageOf } from "../platform/tokens/page-token.ts";
import { runSummary } from "./run-message.ts";
import { listRunRows } from "./store.ts";

export async function listRuns(
  deps: { database: Database },
  actor: Actor,
  request: ListRunsRequest,
): Promise<MessageInitShape<typeof ListRunsResponseSchema>> {
  requireScope(actor, "run.read");
  const page = pageOf(ListRunsRequestSchema, request, { default: 20, max: 100 });
  const reader = deps.database.reader(actor.tenantId);
  const { chatId, states } = request;
  const readsAll = isAdmin(actor) || (chatId !== "" && (await mayReadChat(reader, actor, chatId)));
  const rows = await listRunRows(
    reader,
    { userId: readsAll ? undefined : actor.userId, chatId, states },
    { after: page.after, limit: page.size + 1 },
  );
  return {
    runs: rows.slice(0, page.size).map(runSummary),
    nextPageToken: page.nextToken(rows, (run) => ({ sortKey: run.createTime.toISOString(), id: run.runId })),
  };
}
