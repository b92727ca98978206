import { createHash } from "node:crypto";
import {
  create,
  fromBinary,
  toBinary,
  toJson,
  type DescMessage,
  type MessageShape,
} from "@bufbuild/protobuf";
import { PageTokenSchema } from "@ameide/proto-private/ameide/tokens/v1/tokens_pb.js";
import { validate } from "uuid";
import { AppError } from "../errors/app-error.ts";

interface PageRequest {
  pageSize: number;
  pageToken: string;
}

/** Where a page starts: after the row with this sort key and id. */
export interface PageCursor {
  sortKey: string;
  id: string;
}

export interface Page {
  size: number;
  after: PageCursor | undefined;
  /** The token for the page after this one; empty when `rows` was not full. `rows` holds up to size + 1. */
  nextToken<R>(rows: readonly R[], cursorOf: (row: R) => PageCursor): string;
}

export interface PageSizes {
  default: number;
  max: number;
  /** Whether the list is sorted by a number; otherwise by a time. */
  numbered?: boolean;
  /** Whether it is sorted by a text, which the caller checks and only ever binds. */
  texts?: boolean;
}

/** Reads the page arguments of a list request. A token is refused when any other argument has changed. */
export function pageOf<D extends DescMessage>(
  schema: D,
  request: MessageShape<D> & PageRequest,
  sizes: PageSizes,
): Page {
  const size = request.pageSize === 0 ? sizes.default : Math.min(request.pageSize, sizes.max);
  const argumentsHash = hashOfArguments(schema, request);
  return {
    size,
    after: request.pageToken === "" ? undefined : openToken(request.pageToken, argumentsHash, sizes),
    nextToken(rows, cursorOf) {
      const last = rows[size - 1];
      if (rows.length <= size || last === undefined) return "";
      const token = create(PageTokenSchema, { ...cursorOf(last), argumentsHash });
      return Buffer.from(toBinary(PageTokenSchema, token)).toString("base64url");
    },
  };
}

function hashOfArguments<D extends DescMessage>(
  schema: D,
  request: MessageShape<D> & PageRequest,
): Uint8Array {
  const rest = { ...request, pageSize: 0, pageToken: "" };
  return createHash("sha256")
    .update(`${schema.typeName}\n${JSON.stringify(toJson(schema, rest))}`)
    .digest()
    .subarray(0, 8);
}

function openToken(
  token: string,
  argumentsHash: Uint8Array,
  { numbered = false, texts = false }: PageSizes,
): PageCursor {
  const isSortKey = texts ? () => true : numbered ? isNumber : isTime;
  try {
    const {
      sortKey,
      id,
      argumentsHash: issuedFor,
    } = fromBinary(PageTokenSchema, Buffer.from(token, "base64url"));
    if (Buffer.from(issuedFor).equals(argumentsHash) && isSortKey(sortKey) && isId(id))
      return { sortKey, id };
  } catch {
    // Falls through to the one refusal below.
  }
  throw new AppError(
    "PAGE_TOKEN_INVALID",
    "the page token does not fit this request; start from the first page",
  );
}

// The token is not sealed, so what goes into SQL from it is checked first.
const isNumber = (key: string) => /^\d{1,15}$/.test(key);
const isTime = (key: string) => /^\d{4}-[\d:.TZ-]+$/.test(key) && new Date(key).toJSON() === key;
const isId = (id: string) => /^[0-9a-f-]{36}$/.test(id) && validate(id);
