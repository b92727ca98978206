import { AppError } from "../errors/app-error.ts";

export const etagOf = (version: number): string => `v${version}`;

/** Refuses a change that was made up for another version; an empty etag takes whatever is there. */
export function requireEtag(etag: string, version: number): void {
  if (etag === "" || etag === etagOf(version)) return;
  throw new AppError(
    "VERSION_MISMATCH",
    "it changed since you read it; read it again and repeat your change",
    {
      metadata: { expected: etag, actual: etagOf(version) },
    },
  );
}
