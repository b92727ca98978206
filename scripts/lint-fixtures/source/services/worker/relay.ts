import "../artifact/index.ts";
import "../execution/executor.ts"; // must fail: worker-imports
