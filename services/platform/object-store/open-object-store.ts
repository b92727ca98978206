import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigError, type Config } from "../config/config.ts";
import { createDirectoryObjectStore } from "./directory-object-store.ts";
import { createInProcessObjectStore } from "./in-process-object-store.ts";
import type { ObjectStore } from "./object-store.ts";
import { createS3ObjectStore, type S3Place } from "./s3-object-store.ts";

type ObjectStoreConfig = Pick<
  Config,
  "OBJECT_STORE_URL" | "OBJECT_STORE_ACCESS_KEY_ID" | "OBJECT_STORE_SECRET_ACCESS_KEY" | "DATA_DIR"
>;

/** The store that the configuration names; without one a folder beside the embedded database. */
export function openObjectStore(config: ObjectStoreConfig): ObjectStore {
  const { OBJECT_STORE_URL: url, DATA_DIR } = config;
  if (url?.startsWith("s3:")) return createS3ObjectStore(s3PlaceOf(url, config));
  if (url !== undefined) return createDirectoryObjectStore(fileURLToPath(url));
  if (DATA_DIR === ":memory:") return createInProcessObjectStore();
  return createDirectoryObjectStore(join(DATA_DIR, "objects"));
}

/** s3://bucket/prefix?endpoint=https://…&region=… */
export function s3PlaceOf(
  text: string,
  given: Pick<ObjectStoreConfig, "OBJECT_STORE_ACCESS_KEY_ID" | "OBJECT_STORE_SECRET_ACCESS_KEY">,
): S3Place {
  const url = new URL(text);
  const endpoint = url.searchParams.get("endpoint") ?? "";
  const { OBJECT_STORE_ACCESS_KEY_ID: accessKeyId, OBJECT_STORE_SECRET_ACCESS_KEY: secretAccessKey } = given;
  if (!/^https?:\/\//.test(endpoint) || url.hostname === "")
    throw new ConfigError(
      "OBJECT_STORE_URL: is not like s3://bucket?endpoint=https://s3.example&region=eu-1",
    );
  if (!accessKeyId || !secretAccessKey)
    throw new ConfigError(
      "OBJECT_STORE_URL: s3 needs OBJECT_STORE_ACCESS_KEY_ID and OBJECT_STORE_SECRET_ACCESS_KEY",
    );
  const path = url.pathname.replaceAll(/^\/+|\/+$/g, "");
  return {
    endpoint,
    bucket: url.hostname,
    prefix: path === "" ? "" : `${path}/`,
    region: url.searchParams.get("region") ?? "us-east-1",
    accessKeyId,
    secretAccessKey,
  };
}
