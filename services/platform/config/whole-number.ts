import { z } from "zod";

/** Only digits: `Number` would take a blank for 0 and 1e3 for 1000. */
export const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, "is not a whole number")
    .transform(Number)
    .pipe(z.number().min(min).max(max));
