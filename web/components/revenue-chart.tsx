import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import * as format from "@/lib/format";
import { type Row, whole } from "@/lib/slices";
import { text } from "@/lib/strings";

interface ChartProps {
  rows: Row[];
  currency: string;
}

export default function RevenueChart({ rows, currency }: ChartProps) {
  const [first, last] = [String(rows[0]?.day ?? ""), String(rows.at(-1)?.day ?? "")];
  const still = typeof window !== "undefined" && window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  return (
    <figure
      className="min-h-56 flex-1"
      aria-label={text.home.revenue.chart(format.day(first, currency), format.day(last, currency))}
    >
      <ResponsiveContainer width="100%" height={240}>
        <BarChart data={rows} margin={{ top: 4, right: 0, bottom: 0, left: 0 }} barCategoryGap="18%" accessibilityLayer>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="day"
            tickFormatter={(day: string) => format.shortDay(day, currency)}
            minTickGap={36}
            tickLine={false}
            axisLine={{ stroke: "var(--line)" }}
            tick={{ fill: "var(--muted)", fontSize: 12 }}
          />
          <YAxis
            width={52}
            tickFormatter={(cents: number) => format.shortMoney(cents, currency)}
            tickLine={false}
            axisLine={false}
            tick={{ fill: "var(--muted)", fontSize: 12 }}
          />
          <Tooltip
            cursor={{ fill: "var(--sunken)" }}
            isAnimationActive={false}
            content={({ active, payload }) => {
              const row = payload?.[0]?.payload as Row | undefined;
              return active && row ? <Hint row={row} currency={currency} /> : null;
            }}
          />
          <Bar
            dataKey="net"
            fill="var(--accent)"
            radius={[4, 4, 0, 0]}
            maxBarSize={36}
            isAnimationActive={!still}
            animationDuration={350}
          />
        </BarChart>
      </ResponsiveContainer>
    </figure>
  );
}

function Hint({ row, currency }: { row: Row; currency: string }) {
  return (
    <div className="tabular rounded-xl border border-line bg-surface px-3 py-2 text-sm shadow-float">
      <div className="text-muted">{format.dayWithWeekday(String(row.day), currency)}</div>
      <div className="font-medium">{format.money(whole(row.net), currency)}</div>
      <div className="text-muted">{text.home.revenue.orders(whole(row.orders))}</div>
    </div>
  );
}
