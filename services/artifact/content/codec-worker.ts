import { notationKits } from "../../notation/notations.ts";
import { serveCodecs } from "./codec-jobs.ts";
import { createKits } from "./kits.ts";

// The module of a pool's threads.
serveCodecs(createKits(notationKits));
