import "./chat/send-message.ts";
import "./execution/executor.ts";
import "./gateway/server.ts";
import "./worker/relay.ts";
import "./testing/test-server.ts"; // must fail: testing-in-tests
import "../web/src/app.tsx"; // must fail: composition-imports
import "langchain"; // must fail: langchain-in-execution
