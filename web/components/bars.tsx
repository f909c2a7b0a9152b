import * as format from "@/lib/format";
import { type Row, whole } from "@/lib/slices";
import { text } from "@/lib/strings";

/** Menu items as bars, each with its name and figure: read as a list, seen as a chart. */
export function Bars({ rows, currency, by }: { rows: Row[]; currency: string; by: "quantity" | "revenue" }) {
  const most = Math.max(1, ...rows.map((row) => whole(row[by])));
  return (
    <ol className="flex flex-col gap-2.5">
      {rows.map((row) => (
        <li key={`${row.item}-${row.category}`} className="text-sm">
          <div className="flex items-baseline justify-between gap-3">
            <span className="min-w-0 truncate" title={String(row.item ?? "")}>
              {row.item}
            </span>
            <span className="tabular shrink-0 text-muted">
              {by === "quantity"
                ? text.home.menu.pieces(whole(row.quantity))
                : format.money(whole(row.revenue), currency)}
            </span>
          </div>
          <div className="mt-1 h-1.5 rounded-full bg-sunken" aria-hidden="true">
            <div className="h-full rounded-full bg-accent" style={{ width: `${(whole(row[by]) / most) * 100}%` }} />
          </div>
        </li>
      ))}
    </ol>
  );
}
