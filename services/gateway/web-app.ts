import { existsSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import sirv from "sirv";
import type { Answer } from "./one-port.ts";

const HEADERS = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
};

/** Serves the built web app. Paths without a file belong to its own pages. */
export function createWebApp(folder: string): Answer {
  if (!existsSync(join(folder, "index.html"))) return answerNotBuilt;
  const serve = sirv(folder, {
    single: true,
    etag: true,
    setHeaders: (res, path) => {
      for (const [name, value] of Object.entries(HEADERS)) res.setHeader(name, value);
      const named = path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
      res.setHeader("cache-control", named);
    },
  });
  return (req, res) => {
    if (req.method !== "GET" && req.method !== "HEAD")
      return void res.writeHead(405, { ...HEADERS, allow: "GET, HEAD" }).end();
    serve(req, res, () => void res.writeHead(404, HEADERS).end());
  };
}

function answerNotBuilt(_req: IncomingMessage, res: ServerResponse): void {
  res.writeHead(404, { "content-type": "text/plain" });
  res.end("The web app is not built. Run `npm run build --workspace web`, or start with `npm start`.\n");
}
