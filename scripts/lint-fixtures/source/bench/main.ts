import "@langchain/core/messages";
import "../services/main.ts";
import "../services/chat/store.ts";
import "../services/testing/test-server.ts";
import "../web/src/app.tsx"; // must fail: bench-imports
