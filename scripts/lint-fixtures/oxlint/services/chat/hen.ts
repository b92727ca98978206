import { egg } from "./egg.ts"; // must fail: import(no-cycle)

export const hen = (): number => egg() + 1;
