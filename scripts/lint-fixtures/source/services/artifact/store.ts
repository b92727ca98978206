import "drizzle-orm";
import "postgres"; // must fail: drivers-in-platform
