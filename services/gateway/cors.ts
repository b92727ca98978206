import type { IncomingMessage, ServerResponse } from "node:http";
import { cors } from "@connectrpc/connect";

const ALLOWED_HEADERS = [...cors.allowedHeaders, "Authorization", "Traceparent"].join(", ");
const EXPOSED_HEADERS = cors.exposedHeaders.join(", ");
const MAX_AGE_SECONDS = "7200";

/** Lets pages of exactly these origins call; resolves to whether the request was a preflight and is answered. */
export function answerCors(origins: ReadonlySet<string>, req: IncomingMessage, res: ServerResponse): boolean {
  const { origin } = req.headers;
  if (origins.size > 0) res.setHeader("vary", "Origin");
  if (origin === undefined) return false;
  const allowed = origins.has(origin);
  if (allowed) {
    res.setHeader("access-control-allow-origin", origin);
    res.setHeader("access-control-expose-headers", EXPOSED_HEADERS);
  }
  if (req.method !== "OPTIONS" || req.headers["access-control-request-method"] === undefined) return false;
  if (allowed) {
    res.setHeader("access-control-allow-methods", cors.allowedMethods.join(", "));
    res.setHeader("access-control-allow-headers", ALLOWED_HEADERS);
    res.setHeader("access-control-max-age", MAX_AGE_SECONDS);
  }
  res.writeHead(allowed ? 204 : 403).end();
  return true;
}
