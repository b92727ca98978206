import "@langchain/langgraph";
import "langchain";
import "../chat/index.ts";
import "../chat/send-message.ts"; // must fail: slice-entry
import "../gateway/server.ts"; // must fail: execution-imports
