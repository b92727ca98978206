import "drizzle-orm";
import "../main.ts";
import "../chat/store.ts";
import "../../web/src/app.tsx"; // must fail: testing-imports
