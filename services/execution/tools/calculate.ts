import { z } from "zod";
import { defineIsolatedTool } from "./tool.ts";

export const calculate = defineIsolatedTool({
  name: "calculate",
  description:
    "Calculates with numbers of any size, exactly: + - * / % (remainder) ^ (whole exponents) and parentheses.",
  schema: z.strictObject({
    expression: z.string().trim().min(1).max(500).describe("such as (1250 * 12 - 300) / 7"),
  }),
  result: z.strictObject({
    value: z.string(),
    exact: z.boolean().describe("false where the value was rounded to 30 digits"),
  }),
  timeoutMilliseconds: 5000,
  work: { module: new URL("./calculate-work.ts", import.meta.url) },
});
