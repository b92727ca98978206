import { lookup as lookupByName, type LookupAddress, type LookupOptions } from "node:dns";
import { request as requestHttp, type IncomingMessage, type RequestOptions } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP } from "node:net";
import { isPublicAddress } from "./public-address.ts";

/** What a tool may reach, and how much of it. */
export interface NetworkRules {
  /** Such as "https://api.example.com": scheme, host and port have to be the same. */
  origins: readonly string[];
  /** Ends everything that is under way. */
  signal: AbortSignal;
  /** Most bytes of a response. */
  maxBytes?: number;
  /** Tells the addresses of a name. */
  lookup?: Lookup;
  /** Default: addresses of the public internet. */
  isAllowedAddress?: (address: string) => boolean;
}

export type Lookup = (
  name: string,
  options: LookupOptions & { all: true },
  callback: (error: Error | null, addresses: LookupAddress[]) => void,
) => void;

/** A request of a tool. */
export interface GuardedRequest {
  method?: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

/** The only way from a tool to the network. Throws NetworkFailure with words for the model. */
export type GuardedFetch = (url: string, request?: GuardedRequest) => Promise<Response>;

/** It was refused or did not work; the message may be told. */
export class NetworkFailure extends Error {
  override name = "NetworkFailure";
}

const MOST_BYTES = 1024 * 1024;
const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const WITHOUT_BODY = new Set([204, 205, 304]);
/** What would let a tool say to be somebody else, or frame its request in two ways. */
const OURS = new Set([
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "upgrade",
  "accept-encoding",
]);

/**
 * `fetch` for tools: to a list of origins, and only to public addresses. A name is resolved once, and the connection
 * goes to the very addresses that were checked; redirects pass the same gate.
 */
export function createGuardedFetch(rules: NetworkRules): GuardedFetch {
  return async (url, request = {}) => {
    let target = allowed(rules, url);
    let current: GuardedRequest = request;
    for (let hops = 0; ; hops++) {
      const response = await send(rules, target, current);
      const location = response.headers.location;
      if (!REDIRECTS.has(response.statusCode ?? 0) || location === undefined)
        return read(rules, target, response);
      response.destroy();
      if (hops === MOST_REDIRECTS)
        throw new NetworkFailure(`${target.origin} redirects more than ${hops} times`);
      ({ target, current } = redirected(rules, target, current, location));
    }
  };
}

function allowed(
  { origins, isAllowedAddress = isPublicAddress }: NetworkRules,
  text: string,
  from?: URL,
): URL {
  if (!URL.canParse(text, from?.href)) throw new NetworkFailure("that is no URL");
  const url = new URL(text, from);
  if (!origins.includes(url.origin)) throw new NetworkFailure(`${url.origin} is not on the tool's list`);
  if (url.username !== "" || url.password !== "") throw new NetworkFailure("a URL may not hold a password");
  // A name is checked when it is resolved; a literal address never is.
  const literal = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(literal) !== 0 && !isAllowedAddress(literal)) throw notPublic(url.hostname);
  return url;
}

const notPublic = (host: string) => new NetworkFailure(`${host} is not an address of the public internet`);

/** What was meant for one origin, such as a key, is not sent to another. */
function redirected(rules: NetworkRules, from: URL, request: GuardedRequest, location: string) {
  const { method = "GET" } = request;
  if (method !== "GET" && method !== "HEAD")
    throw new NetworkFailure(`${from.origin} redirects a ${method}, which is not sent twice`);
  const target = allowed(rules, location, from);
  return { target, current: target.origin === from.origin ? request : { method } };
}

function send(rules: NetworkRules, url: URL, request: GuardedRequest): Promise<IncomingMessage> {
  const { method = "GET", headers = {}, body } = request;
  const own = Object.entries(headers).filter(([name]) => !OURS.has(name.toLowerCase()));
  const options: RequestOptions = {
    method,
    headers: { ...Object.fromEntries(own), "accept-encoding": "identity" },
    signal: rules.signal,
    lookup: checkedLookup(rules),
    // A connection of its own: a pooled one is known by its name, not by its address.
    agent: false,
  };
  return new Promise((resolve, reject) => {
    const sent = (url.protocol === "https:" ? requestHttps : requestHttp)(url, options, resolve);
    sent.on("error", (error) => reject(failureOf(rules, url, error)));
    sent.end(body);
  });
}

/** The addresses of a name, if all are allowed: one of its own beside a public one is an attack. */
function checkedLookup({ lookup = lookupByName, isAllowedAddress = isPublicAddress }: NetworkRules) {
  const checked: RequestOptions["lookup"] = (name, options, callback) => {
    lookup(name, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || !first) return callback(error ?? new NetworkFailure(`${name} has no address`), "");
      if (!addresses.every(({ address }) => isAllowedAddress(address))) return callback(notPublic(name), "");
      if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
  return checked;
}

async function read(rules: NetworkRules, url: URL, response: IncomingMessage): Promise<Response> {
  const { maxBytes = MOST_BYTES } = rules;
  const encoding = response.headers["content-encoding"] ?? "identity";
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // A little that unpacks to a lot is not read at all.
    if (encoding !== "identity")
      throw new NetworkFailure(`${url.origin} packs its answer, which is not taken`);
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.byteLength;
      if (size > maxBytes) throw new NetworkFailure(`${url.origin} answers with more than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw failureOf(rules, url, error);
  } finally {
    response.destroy();
  }
  const status = response.statusCode ?? 0;
  if (status < 200 || status > 599) throw new NetworkFailure(`${url.origin} does not answer as HTTP does`);
  const body = WITHOUT_BODY.has(status) ? null : Buffer.concat(chunks);
  return new Response(body, { status, headers: headersOf(response) });
}

const headersOf = ({ headers }: IncomingMessage): [string, string][] =>
  Object.entries(headers).flatMap(([name, value = ""]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  );

/** What the network says, such as the address that it tried, is for no model. */
function failureOf({ signal }: NetworkRules, url: URL, error: unknown): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof NetworkFailure) return error;
  return new NetworkFailure(`${url.origin} cannot be reached`, { cause: error });
}
