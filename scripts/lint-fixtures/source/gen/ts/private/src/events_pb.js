import "@bufbuild/protobuf/codegenv2";
import "@ameide/proto/chat_pb.js";
import "zod"; // must fail: private-contracts-imports
