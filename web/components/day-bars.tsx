import * as format from "@/lib/format";
import { type Row, whole } from "@/lib/slices";
import { text } from "@/lib/strings";

interface DayBarsProps {
  rows: Row[];
  lit: ReadonlySet<Row>;
  by: "net" | "orders";
  currency: string;
}

/** A few days as bars, those in `lit` strong: small enough to stand under an answer without a charting library. */
export function DayBars({ rows, lit, by, currency }: DayBarsProps) {
  const most = Math.max(1, ...rows.map((row) => whole(row[by])));
  const { chart, ordersChart, orders } = text.home.revenue;
  const named = by === "orders" ? ordersChart : chart;
  const said = (row: Row) => (by === "orders" ? orders(whole(row.orders)) : format.money(whole(row.net), currency));
  const [first, last] = [String(rows[0]?.day ?? ""), String(rows.at(-1)?.day ?? "")];
  return (
    <div>
      <div
        className="flex h-24 items-end gap-px sm:gap-[3px]"
        role="img"
        aria-label={named(format.day(first, currency), format.day(last, currency))}
      >
        {rows.map((row) => (
          <div
            key={String(row.day)}
            className={`min-h-px flex-1 rounded-t-[3px] hover:bg-accent ${lit.has(row) ? "bg-accent" : "bg-accent/30"}`}
            style={{ height: `${(Math.max(whole(row[by]), 0) / most) * 100}%` }}
            title={`${format.dayWithWeekday(String(row.day), currency)}: ${said(row)}`}
          />
        ))}
      </div>
      <div className="mt-1.5 flex justify-between text-xs text-muted">
        <span>{format.dayWithWeekday(first, currency)}</span>
        <span>{format.dayWithWeekday(last, currency)}</span>
      </div>
    </div>
  );
}
