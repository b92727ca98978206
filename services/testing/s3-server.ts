import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { S3Place } from "../platform/object-store/s3-object-store.ts";

/** A bucket on the loopback address that checks every signature by itself. */
export interface S3Server {
  place: S3Place;
  objects: Map<string, Buffer>;
  /** How many of the next requests are answered with 503. */
  failing: { next: number };
  close(): Promise<void>;
}

const KEYS = { accessKeyId: "AKIDTEST", secretAccessKey: "a secret of the test" };
const BUCKET = "models";
const REGION = "eu-test-1";
/** So that lists have pages. */
const PAGE = 3;

export async function startS3Server(): Promise<S3Server> {
  const objects = new Map<string, Buffer>();
  const failing = { next: 0 };
  const server = createServer((req, res) => {
    void answer(req, res, objects, failing).catch((error: unknown) => {
      res.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    place: { endpoint, bucket: BUCKET, prefix: "ameide/", region: REGION, ...KEYS },
    objects,
    failing,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function answer(
  req: IncomingMessage,
  res: ServerResponse,
  objects: Map<string, Buffer>,
  failing: { next: number },
): Promise<void> {
  const body = Buffer.concat(await Array.fromAsync(req as AsyncIterable<Buffer>));
  if (failing.next > 0) {
    failing.next -= 1;
    return void res.writeHead(503).end("<Error><Code>SlowDown</Code></Error>");
  }
  const url = new URL(req.url ?? "/", "http://s3");
  const wrong = signatureProblem(req, url, body);
  if (wrong) return void res.writeHead(403).end(`<Error><Code>${wrong}</Code></Error>`);
  const [, bucket = "", ...rest] = url.pathname.split("/");
  if (bucket !== BUCKET) return void res.writeHead(404).end("<Error><Code>NoSuchBucket</Code></Error>");
  const key = rest.join("/");
  if (key === "") return void res.end(listing(objects, url.searchParams));
  if (req.method === "PUT") {
    objects.set(key, body);
    return void res.end();
  }
  if (req.method === "DELETE") {
    objects.delete(key);
    return void res.writeHead(204).end();
  }
  const found = objects.get(key);
  if (!found) return void res.writeHead(404).end("<Error><Code>NoSuchKey</Code></Error>");
  res.writeHead(200, { "content-length": found.length });
  res.end(req.method === "HEAD" ? undefined : found);
}

function listing(objects: Map<string, Buffer>, query: URLSearchParams): string {
  const after = query.get("continuation-token") ?? "";
  const keys = [...objects.keys()]
    .toSorted()
    .filter((key) => key.startsWith(query.get("prefix") ?? "") && key > after);
  const page = keys.slice(0, PAGE);
  const next = keys.length > PAGE ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : "";
  const contents = page.map((key) => `<Contents><Key>${key}</Key></Contents>`).join("");
  return `<?xml version="1.0"?><ListBucketResult>${contents}${next}</ListBucketResult>`;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/** What is wrong with the signature (AWS Signature Version 4), worked out from the specification; undefined: nothing. */
function signatureProblem(req: IncomingMessage, url: URL, body: Buffer): string | undefined {
  const match = AUTHORIZATION.exec(req.headers.authorization ?? "");
  if (!match) return "AccessDenied";
  const [, keyId, day = "", region = "", names = "", signature = ""] = match;
  if (keyId !== KEYS.accessKeyId || region !== REGION) return "InvalidAccessKeyId";
  const sum = String(req.headers["x-amz-content-sha256"]);
  if (body.length > 0 && sum !== sha256(body)) return "XAmzContentSHA256Mismatch";
  const time = String(req.headers["x-amz-date"]);
  const headers = names.split(";").map((name) => `${name}:${String(req.headers[name]).trim()}\n`);
  const query = [...url.searchParams]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .toSorted()
    .join("&");
  const request = [req.method, url.pathname, query, headers.join(""), names, sum].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", time, scope, sha256(request)].join("\n");
  const key = [day, region, "s3", "aws4_request"].reduce<string | Buffer>(
    (secret, part) => createHmac("sha256", secret).update(part).digest(),
    `AWS4${KEYS.secretAccessKey}`,
  );
  const expected = createHmac("sha256", key).update(toSign).digest();
  return timingSafeEqual(expected, Buffer.from(signature, "hex")) ? undefined : "SignatureDoesNotMatch";
}

const sha256 = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest("hex");
const encoded = (text: string) =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
