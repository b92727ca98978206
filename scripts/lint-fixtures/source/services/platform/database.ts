import "@ameide/proto-private/events_pb.js";
import "node:fs";
import "pino";
import "postgres";
import "drizzle-orm"; // must fail: drizzle-in-stores
import "../chat/index.ts"; // must fail: platform-imports
import "../notation/graph.ts"; // must fail: platform-imports
