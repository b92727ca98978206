import "@ameide/proto/chat_pb.js";
import "@connectrpc/connect";
import "@ameide/proto-private/events_pb.js"; // must fail: sdk-imports
import "../../services/chat/index.ts"; // must fail: sdk-imports
