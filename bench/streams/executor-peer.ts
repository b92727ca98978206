import { servePeer } from "../harness/serve-peer.ts";
import { createFeeder } from "./feeder.ts";
import { openFrameLog } from "./open-frame-log.ts";

/** The side that writes frames, with nothing of an executor but its writers. */
const feeder = createFeeder(await openFrameLog(process.env["BENCH_REDIS_URL"] ?? ""));
servePeer({ prepare: feeder.prepare, feed: feeder.feed });
