import {
  PatchConflictSchema,
  PatchRefusalSchema,
  type PatchConflict,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import type { Diagnostic } from "@ameide/proto/ameide/model/v1/model_pb.js";
import { create, fromJson, toBinary, toJson } from "@bufbuild/protobuf";
import { ValueSchema, type Value as ValueMessage } from "@bufbuild/protobuf/wkt";
import { diagnosticMessage, itemRefMessage } from "../notation/model-messages.ts";
import type { Value } from "../notation/graph.ts";
import type { Problem } from "../notation/problem.ts";
import { AppError, type Reason } from "../platform/errors/app-error.ts";
import type { Conflict } from "./compile/index.ts";

/** A patch that cannot be applied to the model as it is, and all that is wrong with it. */
export class PatchRefused extends AppError {
  readonly conflicts: readonly PatchConflict[];
  readonly diagnostics: readonly Diagnostic[];

  constructor(
    reason: Extract<Reason, "PATCH_INVALID" | "PATCH_CONFLICT" | "READ_SET_STALE">,
    message: string,
    refusal: {
      conflicts?: readonly PatchConflict[];
      diagnostics?: readonly Diagnostic[];
      metadata?: Readonly<Record<string, string>>;
    },
  ) {
    const { conflicts = [], diagnostics = [], metadata = {} } = refusal;
    super(reason, message, { metadata, details: [detailOf(conflicts, diagnostics)] });
    this.name = "PatchRefused";
    this.conflicts = conflicts;
    this.diagnostics = diagnostics;
  }
}

/** Of a detail, which gRPC puts into a header. */
const MOST_BYTES = 4096;

/** As much as fits; at least one of what there is, unless that alone is too much. */
function detailOf(conflicts: readonly PatchConflict[], diagnostics: readonly Diagnostic[]) {
  const value = create(PatchRefusalSchema, { total: conflicts.length + diagnostics.length });
  const fits = () => toBinary(PatchRefusalSchema, value).length <= MOST_BYTES;
  for (const [from, to] of [
    [conflicts, value.conflicts],
    [diagnostics, value.diagnostics],
  ] as [unknown[], unknown[]][])
    for (const one of from) {
      to.push(one);
      if (fits()) continue;
      to.pop();
      break;
    }
  return { desc: PatchRefusalSchema, value };
}

export function patchInvalid(problems: readonly Problem[], patchId = ""): PatchRefused {
  const errors = problems.filter(({ severity }) => severity === "error");
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  return new PatchRefused("PATCH_INVALID", `the patch cannot be applied: ${first?.message ?? "?"}${more}`, {
    diagnostics: problems.map(diagnosticMessage),
    metadata: {
      ...(patchId && { patch_id: patchId }),
      ...(first && { code: first.code, operation: first.operationId ?? "", path: first.path ?? "" }),
    },
  });
}

/** Conflicts over what the patch writes weigh more than those over what it has only read. */
export function patchConflict(conflicts: readonly Conflict[], patchId = ""): PatchRefused {
  const written = conflicts.filter(({ readOnly }) => !readOnly);
  const messages = [...written, ...conflicts.filter(({ readOnly }) => readOnly)].map(conflictMessage);
  const [first] = messages;
  const what = first ? `${first.ref?.id || "the model"}${first.field && `, ${first.field}`}` : "?";
  const metadata = { ...(patchId && { patch_id: patchId }), ...(first && metadataOf(first)) };
  return written.length > 0
    ? new PatchRefused(
        "PATCH_CONFLICT",
        `others changed what the patch changes: ${what}; repair it for the version that is there now`,
        { conflicts: messages, metadata },
      )
    : new PatchRefused(
        "READ_SET_STALE",
        `others changed what the patch was decided upon: ${what}; look at it again and repair it`,
        { conflicts: messages, metadata },
      );
}

const metadataOf = ({ operationId, ref, field, base, theirs, yours }: PatchConflict) => ({
  operation: operationId,
  item: ref?.id ?? "",
  field,
  base: textOf(base),
  theirs: textOf(theirs),
  yours: textOf(yours),
});

const MOST_CHARACTERS = 200;

/** As JSON, cut; empty for what is not there. */
function textOf(value: ValueMessage | undefined): string {
  if (!value || value.kind.case === undefined) return "";
  const text = value.kind.case === "stringValue" ? value.kind.value : jsonOf(value);
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}

const jsonOf = (value: ValueMessage) => JSON.stringify(toJson(ValueSchema, value));

function conflictMessage({
  operationId,
  ref,
  field = "",
  base,
  theirs,
  yours,
  readOnly,
}: Conflict): PatchConflict {
  return create(PatchConflictSchema, {
    operationId,
    ref: itemRefMessage(ref),
    field,
    readOnly,
    ...valueOf("base", base),
    ...valueOf("theirs", theirs),
    ...valueOf("yours", yours),
  });
}

const valueOf = (name: "base" | "theirs" | "yours", value: Value | undefined) =>
  value === undefined ? {} : { [name]: fromJson(ValueSchema, value as never) };

/** Conflicts as what a failed patch shows. */
export const diagnosticsOf = ({ reason, conflicts, diagnostics }: PatchRefused): Diagnostic[] => [
  ...conflicts.map((conflict) =>
    diagnosticMessage({
      severity: "error",
      code: conflict.readOnly ? "READ_SET_STALE" : reason,
      message: `${conflict.field || "the item"} was ${quoted(conflict.base)}, others made it ${quoted(conflict.theirs)}, the patch wants ${quoted(conflict.yours)}`,
      itemId: conflict.ref?.id ?? "",
      operationId: conflict.operationId,
    }),
  ),
  ...diagnostics,
];

const quoted = (value: ValueMessage | undefined) => (textOf(value) === "" ? "nothing" : `"${textOf(value)}"`);
