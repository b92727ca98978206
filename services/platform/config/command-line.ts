import { parseArgs } from "node:util";
import { ConfigError, ROLES } from "./config.ts";

/** What the program was started with, behind its name. */
export interface CommandLine {
  help: boolean;
  /** Settings given as options; they win over the environment. */
  settings: Readonly<Record<string, string>>;
}

export const HELP = `Ameide: one server program.

usage: node services/main.ts [--roles ${ROLES.join(",")}] [--help]

  --roles   what this process does; default: everything. Also as ROLES.
              gateway    serves the API and the web app on HOST:PORT
              execution  claims runs and executes agents
              worker     publishes events, sweeps what is kept for a time only
            Processes with different roles share DATABASE_URL, NATS_URL, REDIS_URL,
            OBJECT_STORE_URL and TOKEN_SECRET.
            Each answers /healthz and /readyz on its HOST:PORT.

Everything else is set by environment variables; README.md lists them.
`;

export function parseCommandLine(args: readonly string[]): CommandLine {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { roles: { type: "string" }, help: { type: "boolean", short: "h" } },
    });
    return {
      help: values.help ?? false,
      settings: values.roles === undefined ? {} : { ROLES: values.roles },
    };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`${problem}\n\n${HELP}`);
  }
}
