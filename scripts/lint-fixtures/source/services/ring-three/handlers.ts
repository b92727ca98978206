import type { one } from "../ring-one/index.ts"; // must fail: slice-cycle

export type One = typeof one;
