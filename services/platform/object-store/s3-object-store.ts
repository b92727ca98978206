import { createHash } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { AwsClient } from "aws4fetch";
import { piecesOf, requireKey, type ObjectStore } from "./object-store.ts";

/** Where the bucket is, and who we are there. */
export interface S3Place {
  /** Of the service, such as "https://s3.example"; the bucket follows as the first part of the path. */
  endpoint: string;
  bucket: string;
  /** Before all names, with a slash at its end; empty for none. */
  prefix: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}

const MILLISECONDS = 120_000;
const RETRIES = 3;

/** Objects in a bucket of anything that speaks S3. A put is one request, so it happens whole or not at all. */
export function createS3ObjectStore(place: S3Place): ObjectStore {
  const { endpoint, bucket, prefix, accessKeyId, secretAccessKey, region } = place;
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: "s3", retries: RETRIES });
  const root = `${endpoint.replace(/\/$/, "")}/${bucket}`;
  const urlOf = (key: string) => `${root}/${prefix}${requireKey(key)}`;

  async function ask(method: string, url: string, given: RequestInit = {}): Promise<Response | undefined> {
    const response = await client.fetch(url, { method, signal: AbortSignal.timeout(MILLISECONDS), ...given });
    if (response.ok) return response;
    const said = (await response.text()).slice(0, 500);
    if (response.status === 404 && !said.includes("NoSuchBucket")) return undefined;
    throw new Error(`the object store answered ${response.status} to ${method} of ${url}: ${said}`);
  }

  return {
    async put(key, bytes) {
      // The client library hands on the sum that it is given; without it the body would not be signed.
      const headers = { "x-amz-content-sha256": await sha256Of(bytes) };
      await ask("PUT", urlOf(key), { headers, body: unshared(bytes) });
    },
    async get(key) {
      const response = await ask("GET", urlOf(key));
      return response && new Uint8Array(await response.arrayBuffer());
    },
    async read(key) {
      const response = await ask("GET", urlOf(key));
      return response && (response.body ?? nothing());
    },
    async size(key) {
      const response = await ask("HEAD", urlOf(key));
      return response && Number(response.headers.get("content-length"));
    },
    async delete(key) {
      await ask("DELETE", urlOf(key));
    },
    async *list(wanted) {
      for (let token: string | undefined = ""; token !== undefined;) {
        const query = new URLSearchParams({ "list-type": "2", prefix: prefix + wanted });
        if (token !== "") query.set("continuation-token", token);
        const text = (await (await ask("GET", `${root}?${query}`))?.text()) ?? "";
        for (const key of textsOf(text, "Key")) yield key.slice(prefix.length);
        [token] = textsOf(text, "NextContinuationToken");
      }
    },
  };
}

/** Sums take their time; others have their turn meanwhile. */
async function sha256Of(bytes: Uint8Array): Promise<string> {
  const hash = createHash("sha256");
  for (const piece of piecesOf(bytes, 1024 * 1024)) {
    hash.update(piece);
    if (piece.length < bytes.length) await turn();
  }
  return hash.digest("hex");
}

/** Memory that threads share is no body of a request. */
const unshared = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : bytes.slice();

async function* nothing(): AsyncGenerator<Uint8Array> {}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

/** The texts of all elements of that name. Names of ours need no more of XML. */
function textsOf(xml: string, element: string): string[] {
  const found = xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, "g"));
  return [...found].map(([, text = ""]) => text.replaceAll(/&(\w+);/g, (all, name) => ENTITIES[name] ?? all));
}
