import "@bufbuild/protobuf/codegenv2";
import "@connectrpc/connect"; // must fail: contracts-imports
import "../../private/src/events_pb.js"; // must fail: contracts-imports
import "./gone_pb.js"; // must fail: import-exists
