import type { IncomingMessage, ServerResponse } from "node:http";
import type { DevIssuer } from "./dev-issuer.ts";
import { PEOPLE, type Person } from "./people.ts";

const MAX_BODY_BYTES = 1024;
const TEXT = { "content-type": "text/plain", "cache-control": "no-store" };

/** Answers `/dev/people` and `/dev/token`, to callers on this machine only. */
export function answerDevRequest(issuer: DevIssuer, req: IncomingMessage, res: ServerResponse): void {
  answer(issuer, req, res).catch(() => res.destroy());
}

async function answer(issuer: DevIssuer, req: IncomingMessage, res: ServerResponse): Promise<void> {
  if (!isLocal(req)) return send(res, 403, { error: "the development issuer answers on this machine only" });
  const route = `${req.method} ${req.url?.split("?")[0]}`;
  if (route === "GET /dev/people") return send(res, 200, PEOPLE.map(shown));
  if (route === "POST /dev/token") return answerToken(issuer, req, res);
  return send(res, 404, { error: "there are GET /dev/people and POST /dev/token" });
}

async function answerToken(issuer: DevIssuer, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const person = await wantedPerson(req);
  if (!person) {
    const known = PEOPLE.map((p) => p.id).join(", ");
    return send(res, 400, { error: `send JSON like {"person":"alice"}; there are ${known}` });
  }
  const token = await issuer.sign(person);
  // A shell wants the bare token: TOKEN=$(curl …).
  if (req.headers.accept === "text/plain") return void res.writeHead(200, TEXT).end(`${token}\n`);
  const grant = { access_token: token, token_type: "Bearer", expires_in: issuer.lifetimeSeconds };
  return send(res, 200, { ...grant, person: shown(person) });
}

/** The content type makes a browser ask first, so that no foreign page can fetch a token. */
async function wantedPerson(req: IncomingMessage): Promise<Person | undefined> {
  if (!req.headers["content-type"]?.startsWith("application/json")) return undefined;
  try {
    const body: unknown = JSON.parse(await readBody(req));
    const wanted = body && typeof body === "object" && "person" in body ? body.person : undefined;
    return PEOPLE.find((person) => person.id === wanted);
  } catch {
    return undefined;
  }
}

async function readBody(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Read to its end whatever its size, but not kept: leaving early would cut the connection before the answer.
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (size > MAX_BODY_BYTES) throw new RangeError("the body is too long");
  return Buffer.concat(chunks).toString("utf8");
}

const LOOPBACK_ADDRESS = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/;
const LOOPBACK_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/;

/** The host is checked too: a foreign name that resolves to this machine is not this machine. */
function isLocal(req: IncomingMessage): boolean {
  if (isProxied(req)) return false;
  const host = req.headers[":authority"] ?? req.headers.host ?? "";
  return LOOPBACK_ADDRESS.test(req.socket.remoteAddress ?? "") && LOOPBACK_HOST.test(String(host));
}

/** A proxy on this machine would lend its address to the whole world; most say that they are one, or speak HTTP/1.0. */
const isProxied = ({ headers, httpVersion }: IncomingMessage) =>
  httpVersion === "1.0" || "forwarded" in headers || "via" in headers || "x-forwarded-for" in headers;

const shown = ({ id, name, title, roles, tenant }: Person) => ({
  id,
  name,
  title,
  role: roles[0],
  tenant: tenant.name,
});

function send(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  res.end(JSON.stringify(body));
}
