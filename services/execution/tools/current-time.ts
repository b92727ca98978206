import { z } from "zod";
import { defineTool, ToolInputError } from "./tool.ts";

export const currentTime = defineTool({
  name: "current_time",
  description: "Tells the current date and time, in UTC or in a given time zone.",
  schema: z.strictObject({
    timezone: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe("IANA name such as Europe/Berlin; UTC if left out"),
  }),
  result: z.strictObject({ time: z.string(), timezone: z.string(), local: z.string() }),
  async run({ timezone = "UTC" }, { ports }) {
    const now = ports.now();
    return { time: now.toISOString(), timezone, local: localTime(now, timezone) };
  },
});

function localTime(now: Date, timeZone: string): string {
  try {
    return new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "medium", timeZone }).format(now);
  } catch {
    throw new ToolInputError(`timezone: there is no time zone ${JSON.stringify(timeZone)}`);
  }
}
