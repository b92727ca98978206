import "@ameide/proto/chat_pb.js";
import "bpmn-moddle";
import "node:fs"; // must fail: notation-imports
import "pino"; // must fail: notation-imports
import "../platform/database.ts"; // must fail: notation-imports
