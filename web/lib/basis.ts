/** What an answer's figures were read from, and which of it is worth a picture. */
import { type Receipt, rowsOfRange, sliceOf } from "@/lib/receipts";
import type { Row, Slice } from "@/lib/slices";

export interface Basis {
  slice: Slice;
  /** Positions of the rows that a receipt names. */
  rows: ReadonlySet<number>;
}

/** The slices that receipts lead to, those with most rows named first. */
export function basisOf(receipts: Receipt[], grounds: Slice[]): Basis[] {
  const found = new Map<Slice, Set<number>>();
  for (const { source } of receipts) {
    if (source.type !== "row" && source.type !== "range" && source.type !== "fact") continue;
    const slice = sliceOf(source, grounds);
    if (!slice) continue;
    const rows = found.get(slice) ?? new Set<number>();
    if (source.type === "row") rows.add(source.row);
    if (source.type === "range") for (const row of rowsOfRange(source, slice)) rows.add(slice.rows.indexOf(row));
    found.set(slice, rows);
  }
  const basis = [...found].map(([slice, rows]) => ({ slice, rows }));
  return basis.sort((one, other) => other.rows.size - one.rows.size);
}

export interface Picture {
  slice: Slice;
  kind: "days" | "items";
  rows: Row[];
}

/** A series of days or a list of items that the answer used; null when a picture would say no more than the words. */
export function pictureOf(basis: Basis[], answer: string): Picture | null {
  const isTabled = /^\s*\|.*\|\s*$/m.test(answer); // the answer lists them itself
  for (const { slice, rows } of basis) {
    const used = slice.rows.filter((_, place) => rows.has(place));
    if (slice.name === "revenue_by_day" && used.length >= 3) return { slice, kind: "days", rows: used };
    if (slice.name === "top_menu_items" && used.length >= 2 && !isTabled) return { slice, kind: "items", rows: used };
  }
  return null;
}
