import "node:fs";
import "../services/main.ts"; // must fail: scripts-imports
