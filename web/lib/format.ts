/** Values of a slice in words: money in the restaurant's currency, days as days, never shifted by a time zone. */
import type { Kind, Value } from "@/lib/slices";
import { text } from "@/lib/strings";

const LANGUAGE = "en-GB";
const moneyFormats = new Map<string, Intl.NumberFormat>();

function moneyFormat(currency: string, digits: 0 | 2): Intl.NumberFormat {
  const key = `${currency}${digits}`;
  const known = moneyFormats.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(LANGUAGE, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  moneyFormats.set(key, made);
  return made;
}

/** cents: hundredths of the currency. */
export function money(cents: number, currency: string): string {
  return moneyFormat(currency, 2).format(cents / 100);
}

export function roundMoney(cents: number, currency: string): string {
  return moneyFormat(currency, 0).format(cents / 100);
}

/** For an axis: $4k. */
export function shortMoney(cents: number, currency: string): string {
  const whole = cents / 100;
  if (Math.abs(whole) < 1000) return roundMoney(cents, currency);
  return roundMoney(Math.round(whole / 100) * 10, currency).replace(/[\d.,]+/, `${Math.round(whole / 100) / 10}k`);
}

export function count(value: number): string {
  return value.toLocaleString(LANGUAGE);
}

export function percent(basisPoints: number): string {
  return `${(basisPoints / 100).toLocaleString(LANGUAGE, { maximumFractionDigits: 2 })}%`;
}

/** A day of a calendar, 2026-11-22, has no zone: read and written as UTC so that it stays that day. */
function utc(day: string): Date {
  return new Date(`${day.slice(0, 10)}T00:00:00Z`);
}

function dayWith(options: Intl.DateTimeFormatOptions): (day: string) => string {
  const format = new Intl.DateTimeFormat(LANGUAGE, { timeZone: "UTC", ...options });
  return (day) => format.format(utc(day));
}

export const longDay = dayWith({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
export const day = dayWith({ day: "numeric", month: "short", year: "numeric" });
export const dayWithWeekday = dayWith({ weekday: "short", day: "numeric", month: "short" });
export const shortDay = dayWith({ day: "numeric", month: "short" });

/** A moment on the restaurant's own clock, 2026-11-21T22:59:18. */
export function localTime(value: string): string {
  return `${shortDay(value)}, ${value.slice(11, 16)}`;
}

export function value(given: Value | undefined, kind: Kind, currency: string): string {
  if (given === null || given === undefined) return "–";
  if (typeof given === "number") {
    if (kind === "money") return money(given, currency);
    return kind === "percent" ? percent(given) : count(given);
  }
  if (kind === "day") return day(given);
  if (kind === "time") return localTime(given);
  return text.slices.values[given] ?? given;
}

/** An order's number is a name, not an amount. */
export function cell(given: Value | undefined, column: { name: string; kind: Kind }, currency: string): string {
  return column.name === "number" ? String(given ?? "–") : value(given, column.kind, currency);
}

export function addDays(from: string, days: number): string {
  const moved = utc(from);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

export function daysBetween(from: string, to: string): number {
  return Math.round((utc(to).getTime() - utc(from).getTime()) / 86_400_000) + 1;
}
