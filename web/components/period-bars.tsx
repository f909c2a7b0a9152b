import * as format from "@/lib/format";
import { type Row, whole } from "@/lib/slices";
import { text } from "@/lib/strings";

/** Two ranges of days side by side: net sales as bars, with their orders. */
export function PeriodBars({ rows, currency }: { rows: Row[]; currency: string }) {
  const most = Math.max(1, ...rows.map((row) => whole(row.net)));
  return (
    <ol className="flex flex-col gap-3">
      {rows.map((row) => (
        <li key={String(row.period)} className="text-sm">
          <div className="flex flex-wrap items-baseline justify-between gap-x-3">
            <span>
              {text.receipts.span(format.day(String(row.start), currency), format.day(String(row.end), currency))}
            </span>
            <span className="tabular text-muted">
              {format.money(whole(row.net), currency)} · {text.home.revenue.orders(whole(row.orders))}
            </span>
          </div>
          <div className="mt-1 h-1.5 rounded-full bg-sunken" aria-hidden="true">
            <div
              className="h-full rounded-full bg-accent"
              style={{ width: `${(Math.max(whole(row.net), 0) / most) * 100}%` }}
            />
          </div>
        </li>
      ))}
    </ol>
  );
}
