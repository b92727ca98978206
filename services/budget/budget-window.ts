import { BudgetWindow } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import type { Window } from "./budget-key.ts";

/** Of a window that never starts again. */
const ALL_TIME = "1970-01-01";

/** When the period of a window that holds a moment began, as a date in UTC. */
export function periodAt(window: Window, time: Date): string {
  if (window === BudgetWindow.TOTAL) return ALL_TIME;
  const date = time.toISOString().slice(0, 10);
  return window === BudgetWindow.DAY ? date : `${date.slice(0, 7)}-01`;
}

/** Undefined for all time. */
export function startOf(window: Window, period: string): Date | undefined {
  return window === BudgetWindow.TOTAL ? undefined : new Date(`${period}T00:00:00Z`);
}

/** When the window starts again at 0; undefined for all time. */
export function resetOf(window: Window, period: string): Date | undefined {
  const start = startOf(window, period);
  if (window === BudgetWindow.DAY) start?.setUTCDate(start.getUTCDate() + 1);
  else start?.setUTCMonth(start.getUTCMonth() + 1);
  return start;
}
