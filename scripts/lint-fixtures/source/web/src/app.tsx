import "@ameide/sdk";
import "@ameide/proto/chat_pb.js";
import "react";
import "@ameide/proto-private/events_pb.js"; // must fail: web-imports
import "@ameide/services/chat/index.ts"; // must fail: web-imports
