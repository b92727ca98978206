import { ConfigError } from "./config.ts";

/** What to do about failures that have nothing to do with this program's code, by their code. */
const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: "Another program listens there: stop it, or set PORT to another port.",
  EACCES: "Set PORT to 1024 or more, and DATA_DIR to a folder that this user may write in.",
  EEXIST: "Set DATA_DIR to a folder.",
  ENOTDIR: "Set DATA_DIR to a folder.",
  ECONNREFUSED: "Start the PostgreSQL that DATABASE_URL names, or correct its host and port.",
  ENOTFOUND: "Correct the host in DATABASE_URL.",
  "3D000": "Create the database that DATABASE_URL names, or correct its name.",
  "28P01": "Correct the user and the password in DATABASE_URL.",
  "28000": "Correct the user in DATABASE_URL, or let it in.",
};

/** What the operator reads when the program could not start: what to do, or else where it broke. */
export function startFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConfigError) return error.message;
  const advice = "code" in error ? ADVICE[String(error.code)] : undefined;
  return advice === undefined ? (error.stack ?? error.message) : `${error.message}\n${advice}`;
}
