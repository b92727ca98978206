import "../platform/database.ts";
import "../chat/index.ts"; // must fail: migrations-imports
