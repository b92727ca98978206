import { z } from "zod";

/** A variable that holds JSON; `otherwise` is the text that stands for one that is not set. */
export const jsonOf = <T extends z.ZodType>(schema: T, otherwise: "[]" | "{}") =>
  z
    .string()
    .default(otherwise)
    .transform((text, ctx) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        ctx.addIssue({ code: "custom", message: "is not JSON" });
        return z.NEVER;
      }
    })
    .pipe(schema);
