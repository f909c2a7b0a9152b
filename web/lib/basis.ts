/** What an answer's figures were read from, and which of it is worth a picture. */
import { type Receipt, rowsOfRange, sliceOf } from "@/lib/receipts";
import type { Row, Slice } from "@/lib/slices";

export interface Basis {
  slice: Slice;
  /** Positions of the rows that a receipt names. */
  rows: ReadonlySet<number>;
  /** Those of them that a figure stands for, not only a day that frames one. */
  figures: ReadonlySet<number>;
  /** A figure counts or sums the slice as a whole. */
  whole: boolean;
  /** More figures are orders than money. */
  ofOrders: boolean;
}

type Building = Basis & { rows: Set<number>; figures: Set<number>; orders: number };

/** The slices that receipts lead to, those with most rows named first. */
export function basisOf(receipts: Receipt[], grounds: Slice[]): Basis[] {
  const found = new Map<Slice, Building>();
  for (const { source } of receipts) {
    if (source.type !== "row" && source.type !== "range" && source.type !== "fact") continue;
    const slice = sliceOf(source, grounds);
    if (!slice) continue;
    const basis = found.get(slice) ?? {
      slice,
      rows: new Set(),
      figures: new Set(),
      whole: false,
      ofOrders: false,
      orders: 0,
    };
    found.set(slice, basis);
    const column = source.type === "fact" ? source.fact : source.column;
    if (!FRAMES.includes(column)) basis.orders += ORDERS.includes(column) ? 1 : -1;
    basis.ofOrders = basis.orders > 0;
    if (source.type === "fact") basis.whole = true;
    else if (source.type === "row") name(basis, source.row, !FRAMES.includes(source.column));
    else for (const row of rowsOfRange(source, slice)) name(basis, slice.rows.indexOf(row), true);
  }
  return [...found.values()].sort((one, other) => other.figures.size - one.figures.size);
}

/** Columns that say which row it is. */
const FRAMES = ["day", "start", "end", "ordered_at"];
const ORDERS = ["orders", "total_orders", "cancelled", "total_cancelled"];

function name(basis: Building, row: number, isFigure: boolean): void {
  basis.rows.add(row);
  if (isFigure) basis.figures.add(row);
}

export interface Picture {
  slice: Slice;
  kind: "days" | "items" | "orders" | "periods";
  rows: Row[];
  /** Of `rows`, those that the answer speaks of. */
  lit: ReadonlySet<Row>;
  /** Which of a day's figures is drawn. */
  by?: "net" | "orders";
}

const MOST_DAYS = 100;

/** The series or list that the answer used most; null when a picture would say no more than its words. */
export function pictureOf(basis: Basis[], answer: string): Picture | null {
  const isTabled = /^\s*\|.*\|\s*$/m.test(answer); // the answer lists them itself
  for (const each of basis) {
    const picture = PICTURES[each.slice.name]?.(each, isTabled);
    if (picture) return picture;
  }
  return null;
}

const PICTURES: Record<string, (basis: Basis, isTabled: boolean) => Picture | null> = {
  revenue_by_day: (basis) => daysOf(basis),
  top_menu_items: (basis, isTabled) => listOf("items", basis, isTabled),
  recent_orders: (basis, isTabled) => listOf("orders", basis, isTabled),
  order_details: (basis, isTabled) => listOf("orders", basis, isTabled),
  compare_revenue: ({ slice, figures, whole }) =>
    slice.rows.length === 2 && (whole || figures.size > 0)
      ? { slice, kind: "periods", rows: slice.rows, lit: new Set(slice.rows) }
      : null,
};

/** All days from the first to the last that the answer names, or the whole series when a figure is made of that. */
function daysOf({ slice, rows, figures, whole, ofOrders }: Basis): Picture | null {
  if (!whole && figures.size === 0) return null;
  const [first, last] = whole ? [0, slice.rows.length - 1] : [Math.min(...rows), Math.max(...rows)];
  const shown = slice.rows.slice(first, last + 1);
  if (shown.length < 3 || shown.length > MOST_DAYS) return null;
  const lit = new Set(slice.rows.filter((_, place) => figures.has(place)));
  const by = ofOrders ? "orders" : "net";
  return { slice, kind: "days", rows: shown, lit: lit.size > 0 ? lit : new Set(shown), by };
}

function listOf(kind: "items" | "orders", { slice, figures }: Basis, isTabled: boolean): Picture | null {
  const used = slice.rows.filter((_, place) => figures.has(place));
  return used.length >= 2 && !isTabled ? { slice, kind, rows: used, lit: new Set(used) } : null;
}
