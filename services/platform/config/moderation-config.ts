import { z } from "zod";
import { serviceUrl } from "./provider-config.ts";

/** A pattern that cannot be compiled would let everything pass. */
const isPattern = (text: string): boolean => {
  try {
    return new RegExp(text, "iu") instanceof RegExp;
  } catch {
    return false;
  }
};

const patterns = z
  .string()
  .default("")
  .transform((text) => text.split("\n").map((line) => line.trim()))
  .transform((lines) => lines.filter((line) => line !== ""))
  .pipe(z.array(z.string().refine(isPattern, "is not a regular expression")));

/** Who judges what is said to models and what they say; nobody by default. */
export const moderation = {
  /** Of OpenAI's kind: the path /moderations is added. */
  MODERATION_URL: serviceUrl.optional(),
  MODERATION_API_KEY: z.string().optional(),
  MODERATION_MODEL: z.string().optional(),
  /** Regular expressions, one per line, that no text may contain. */
  MODERATION_DENY: patterns,
  /** What happens to a run that cannot be judged. */
  MODERATION_ON_FAILURE: z.enum(["block", "allow"]).default("block"),
};
