/** Values of a slice in words: money in the restaurant's currency, days as days, never shifted by a time zone. */
import { count, languageOf } from "@/lib/locale";
import type { Kind, Value } from "@/lib/slices";
import { text } from "@/lib/strings";

/** Where Intl would write a currency otherwise than the answers do. */
const MARKS: Record<string, string> = { CAD: "C$", SGD: "S$", ZAR: "R" };

/** A format for each currency, made once: making one costs more than using it a hundred times. */
function perCurrency<Format>(make: (currency: string) => Format): (currency: string) => Format {
  const made = new Map<string, Format>();
  return (currency) => {
    const format = made.get(currency) ?? make(currency);
    made.set(currency, format);
    return format;
  };
}

function moneyWith(digits: 0 | 2): (cents: number, currency: string) => string {
  const formats = perCurrency(
    (currency) =>
      new Intl.NumberFormat(languageOf(currency), {
        style: "currency",
        currency,
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }),
  );
  return (cents, currency) => {
    const mark = MARKS[currency];
    const format = formats(currency);
    if (!mark) return format.format(cents / 100);
    const parts = format.formatToParts(cents / 100).filter((part) => part.type !== "literal");
    return parts.map((part) => (part.type === "currency" ? mark : part.value)).join("");
  };
}

/** `money(281750, "USD")` is $2,817.50. cents: hundredths of the currency. */
export const money = moneyWith(2);
export const roundMoney = moneyWith(0);

/** For an axis: $4k. */
export function shortMoney(cents: number, currency: string): string {
  const whole = cents / 100;
  if (Math.abs(whole) < 1000) return roundMoney(cents, currency);
  return roundMoney(Math.round(whole / 100) * 10, currency).replace(/[\d.,]+/, `${Math.round(whole / 100) / 10}k`);
}

const percentFormat = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });

export function percent(basisPoints: number): string {
  return `${percentFormat.format(basisPoints / 100)}%`;
}

/** A day of a calendar, 2026-11-22, has no zone: read and written as UTC so that it stays that day. */
function utc(day: string): Date {
  return new Date(`${day.slice(0, 10)}T00:00:00Z`);
}

function dayWith(options: Intl.DateTimeFormatOptions): (day: string, currency: string) => string {
  const formats = perCurrency(
    (currency) => new Intl.DateTimeFormat(languageOf(currency), { timeZone: "UTC", ...options }),
  );
  return (day, currency) => formats(currency).format(utc(day));
}

export const longDay = dayWith({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
export const day = dayWith({ day: "numeric", month: "short", year: "numeric" });
export const dayWithWeekday = dayWith({ weekday: "short", day: "numeric", month: "short" });
export const shortDay = dayWith({ day: "numeric", month: "short" });

/** A moment on the restaurant's own clock, 2026-11-21T22:59:18. */
export function localTime(value: string, currency: string): string {
  return `${shortDay(value, currency)}, ${value.slice(11, 16)}`;
}

export function value(given: Value | undefined, kind: Kind, currency: string): string {
  if (given === null || given === undefined) return "–";
  if (typeof given === "number") {
    if (kind === "money") return money(given, currency);
    return kind === "percent" ? percent(given) : count(given);
  }
  if (kind === "day") return day(given, currency);
  if (kind === "time") return localTime(given, currency);
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
