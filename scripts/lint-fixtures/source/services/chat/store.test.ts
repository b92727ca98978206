import "drizzle-orm";
import "../artifact/store.ts";
import "../main.ts";
import "../testing/test-server.ts";
