import { BudgetWindow } from "@ameide/proto/ameide/budget/v1/budget_pb.js";

export const WINDOWS = [BudgetWindow.DAY, BudgetWindow.MONTH] as const;
export type Window = (typeof WINDOWS)[number];

/** As refusals name it. */
export const nameOfWindow = (window: Window): string => (window === BudgetWindow.DAY ? "day" : "month");

/** When each window began, as a date in UTC. */
export interface Periods {
  day: string;
  month: string;
}

export function periodsAt(time: Date): Periods {
  const date = time.toISOString().slice(0, 10);
  return { day: date, month: `${date.slice(0, 7)}-01` };
}

export function startOf(window: Window, periods: Periods): Date {
  return new Date(`${window === BudgetWindow.DAY ? periods.day : periods.month}T00:00:00Z`);
}

/** When the window starts again at 0. */
export function resetOf(window: Window, periods: Periods): Date {
  const start = startOf(window, periods);
  if (window === BudgetWindow.DAY) start.setUTCDate(start.getUTCDate() + 1);
  else start.setUTCMonth(start.getUTCMonth() + 1);
  return start;
}
