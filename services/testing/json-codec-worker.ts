import { serveCodecs } from "../artifact/content/codec-jobs.ts";
import { createKits } from "../artifact/content/kits.ts";
import { NOTATIONS } from "../notation/graph.ts";
import { jsonKit } from "./json-kit.ts";

serveCodecs(createKits(NOTATIONS.map(jsonKit)));
