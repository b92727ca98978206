import { createInProcessFrameLog } from "../../services/platform/frame-log/in-process-frame-log.ts";
import { openBenchSlices } from "../harness/bench-gateway.ts";
import { servePeer } from "../harness/serve-peer.ts";
import { startRuns, type WantedRuns } from "./start-runs.ts";

/** Starts the runs that the others watch and feed, so that they have nothing else to do. */
const slices = await openBenchSlices(createInProcessFrameLog(), process.env["BENCH_DATABASE_URL"]);
servePeer({ startRuns: (wanted: WantedRuns) => startRuns(slices, wanted) });
