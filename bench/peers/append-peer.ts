import { join } from "node:path";
import { openPglite } from "../../services/platform/db/pglite-driver.ts";
import { openPostgres } from "../../services/platform/db/postgres-driver.ts";
import { migrate } from "../../services/platform/db/migrate.ts";
import { servePeer } from "../harness/serve-peer.ts";
import { barePglite, barePostgres } from "../append/bare-writers.ts";
import { ourWriter } from "../append/our-writer.ts";

/** Appends through one driver: ours or a bare one, as the environment says. */

export interface Load {
  appends: number;
  inFlight: number;
  /** Of each append, spread over new streams. */
  events: number;
  streams: number;
}

/** Appends once. */
export type Append = (shape: Pick<Load, "events" | "streams">) => Promise<void>;

export interface Writer {
  append: Append;
  close(): Promise<void>;
}

const { BENCH_SIDE: side, BENCH_DATABASE: database, BENCH_PLACE: place = "" } = process.env;
const MIGRATIONS = join(import.meta.dirname, "../../services/migrations");
/** At least as many as the load has in flight. */
const POOL_SIZE = 8;

const open = () =>
  database === "postgres" ? openPostgres(place, { poolSize: POOL_SIZE }) : openPglite(place);

async function openWriter(): Promise<Writer> {
  const driver = await open();
  await migrate(driver, MIGRATIONS);
  if (side === "ours") return ourWriter(driver);
  await driver.close();
  return database === "postgres" ? barePostgres(place, POOL_SIZE) : barePglite(place);
}

const writer = await openWriter();

servePeer(
  {
    async append({ appends, inFlight, ...shape }: Load) {
      let left = appends;
      const work = async () => {
        while (left-- > 0) await writer.append(shape);
      };
      await Promise.all(Array.from({ length: inFlight }, work));
    },
  },
  () => writer.close(),
);
