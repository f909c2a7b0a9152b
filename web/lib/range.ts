/** Ranges of days that a reader can choose, in the restaurant's own calendar. */
import { addDays, daysBetween } from "@/lib/format";

export type RangeName = "week" | "month" | "quarter" | "year" | "custom";

export interface Range {
  start: string;
  end: string;
}

export const DAYS: Record<Exclude<RangeName, "custom">, number> = { week: 7, month: 35, quarter: 90, year: 365 };
const MOST_DAYS = 400;

/** Ends with today, as the slices behind the answers do. */
export function rangeOf(name: Exclude<RangeName, "custom">, today: string): Range {
  return { start: addDays(today, 1 - DAYS[name]), end: today };
}

export function isRange({ start, end }: Range): boolean {
  if (!start || !end) return false;
  const days = daysBetween(start, end);
  return days >= 1 && days <= MOST_DAYS;
}
