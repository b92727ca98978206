import "../platform/database.ts";
import "../chat/index.ts";
import "../chat/store.ts"; // must fail: slice-entry
import "../execution/executor.ts"; // must fail: gateway-imports
