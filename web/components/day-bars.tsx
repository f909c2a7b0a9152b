import * as format from "@/lib/format";
import { type Row, whole } from "@/lib/slices";
import { text } from "@/lib/strings";

/** A few days as bars: small enough to stand under an answer without a charting library. */
export function DayBars({ rows, currency }: { rows: Row[]; currency: string }) {
  const most = Math.max(1, ...rows.map((row) => whole(row.net)));
  const [first, last] = [String(rows[0]?.day ?? ""), String(rows.at(-1)?.day ?? "")];
  return (
    <div>
      <div
        className="flex h-24 items-end gap-[3px]"
        role="img"
        aria-label={text.home.revenue.chart(format.day(first), format.day(last))}
      >
        {rows.map((row) => (
          <div
            key={String(row.day)}
            className="min-h-px flex-1 rounded-t-[3px] bg-accent/75 hover:bg-accent"
            style={{ height: `${(Math.max(whole(row.net), 0) / most) * 100}%` }}
            title={`${format.dayWithWeekday(String(row.day))}: ${format.money(whole(row.net), currency)}`}
          />
        ))}
      </div>
      <div className="mt-1.5 flex justify-between text-xs text-muted">
        <span>{format.dayWithWeekday(first)}</span>
        <span>{format.dayWithWeekday(last)}</span>
      </div>
    </div>
  );
}
