import { hen } from "./hen.ts"; // must fail: import(no-cycle)

export const egg = (): number => hen() + 1;
