import type {
  ProjectionDeltaSchema,
  WatchProjectionRequest,
  WatchProjectionResponseSchema,
} from "@ameide/proto/ameide/projection/v1/projection_service_pb.js";
import { ItemKind } from "@ameide/proto/ameide/model/v1/model_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { loadLine, readChanges, type ModelCommit } from "../artifact/index.ts";
import type { Element, Relation } from "../notation/graph.ts";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { tailStream } from "../platform/event-store/stream-tail.ts";
import { UPDATE_HEARTBEAT_MILLISECONDS, withHeartbeats } from "../platform/event-store/with-heartbeats.ts";
import { lineTokenizer, type LineTokenizer } from "../platform/tokenizer/line-tokenizer.ts";
import { checkpointToken, versionOfCheckpoint } from "../platform/tokens/checkpoint-token.ts";
import { deltaLines } from "./delta-lines.ts";
import { shortened } from "./engine/write-words.ts";
import { tokenizerNameOf } from "./intents.ts";
import { netDelta, type FieldChange, type NetItems } from "./net-delta.ts";
import type { ProjectionDeps } from "./projection-deps.ts";

type Response = MessageInitShape<typeof WatchProjectionResponseSchema>;
type Delta = MessageInitShape<typeof ProjectionDeltaSchema>;

export async function* watchProjection(
  deps: ProjectionDeps,
  actor: Actor,
  request: WatchProjectionRequest,
  signal: AbortSignal,
): AsyncGenerator<Response> {
  requireScope(actor, "artifact.read");
  const { artifactId, branch } = request;
  const { tenantId } = actor;
  const line = await loadLine(deps.database.reader(tenantId), { artifactId, branch });
  const tokenizer = await lineTokenizer(tokenizerNameOf(request.tokenizer));
  const isNew = request.checkpointToken === "";
  let version = isNew
    ? line.version
    : versionOfCheckpoint(request.checkpointToken, line.streamId, line.version);
  const events = tailStream(deps, tenantId, line.streamId, version, signal);
  for await (const event of withHeartbeats(events, UPDATE_HEARTBEAT_MILLISECONDS)) {
    version = event?.version ?? version;
    const ref = { artifactId, branch };
    const commits = event ? await readChanges(deps, tenantId, ref, version - 1, version) : [];
    const delta = commits.map((commit) => deltaMessage(commit, tokenizer))[0];
    yield { checkpointToken: checkpointToken(line.streamId, version), ...(delta && { delta }) };
  }
}

function deltaMessage(commit: ModelCommit, tokenizer: LineTokenizer): Delta {
  const { version, fromVersion, patchId, author, time, changes } = commit;
  const common = {
    fromVersion: BigInt(fromVersion),
    toVersion: BigInt(version),
    patchId,
    author,
    commitTime: timestampFromDate(time),
  };
  if (!changes) {
    const lines = [`version ${version}: the model was replaced, read it again`];
    return { ...common, fullReload: true, ...textOf(lines, tokenizer) };
  }
  const net = netDelta(changes);
  const { elements, relations, modelFields } = net;
  const changed = [
    ...changedMessages(ItemKind.ELEMENT, elements),
    ...changedMessages(ItemKind.RELATION, relations),
    ...(modelFields.length > 0 ? [{ ref: { kind: ItemKind.MODEL }, fields: names(modelFields) }] : []),
  ];
  const isEmpty = [elements, relations].every(({ added, removed }) => added.length + removed.length === 0);
  return {
    ...common,
    addedNodes: elements.added.map(nodeMessage),
    removedNodeIds: elements.removed.map(({ id }) => id),
    changed,
    addedEdges: relations.added.map(edgeMessage),
    removedEdgeIds: relations.removed.map(({ id }) => id),
    layoutOnly: net.layout && isEmpty && changed.length === 0,
    ...textOf(deltaLines(version, net), tokenizer),
  };
}

const names = (fields: readonly FieldChange[]) => fields.map(({ field }) => field);

const changedMessages = (kind: ItemKind, { changed }: NetItems<Element | Relation>) =>
  changed.map(({ id, fields }) => ({ ref: { kind, id }, fields: names(fields) }));

const nodeMessage = ({ id, type, name, parent = "" }: Element) => ({
  id,
  type,
  name: shortened(name, 1000),
  parentId: parent,
});

const edgeMessage = ({ id, type, name, source, target }: Relation) => ({
  id,
  type,
  name: shortened(name, 1000),
  sourceId: source,
  targetId: target,
});

const textOf = (lines: readonly string[], tokenizer: LineTokenizer) => ({
  text: lines.map((line) => `${line}\n`).join(""),
  tokenCount: lines.reduce((sum, line) => sum + tokenizer.ofLine(line), 0),
});
