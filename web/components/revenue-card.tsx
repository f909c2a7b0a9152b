import dynamic from "next/dynamic";
import { Card } from "@/components/card";
import { LoadingPart } from "@/components/loading-part";
import * as format from "@/lib/format";
import type { Range } from "@/lib/range";
import { fact, type Slice, whole } from "@/lib/slices";
import { text } from "@/lib/strings";
import { useNumbers } from "@/lib/use-numbers";

const words = text.home.revenue;

/** The charting library is fetched when there is something to draw. */
const RevenueChart = dynamic(() => import("@/components/revenue-chart"), {
  ssr: false,
  loading: ({ error, retry }) =>
    error ? <LoadingPart error={error} onRetry={retry} /> : <div className="flex-1 rounded-xl bg-sunken/50" />,
});

export function RevenueCard({ range }: { range: Range }) {
  const answer = useNumbers<Slice>(`/revenue/daily?start=${range.start}&end=${range.end}`);
  return (
    <Card
      title={words.title}
      answer={answer}
      height="min-h-[19.5rem]"
      empty={words.empty}
      isEmpty={(slice) => !whole(fact(slice, "total_orders"))}
    >
      {(slice) => <Revenue slice={slice} />}
    </Card>
  );
}

function Revenue({ slice }: { slice: Slice }) {
  const [net, refunds] = [whole(fact(slice, "total_net")), whole(fact(slice, "total_refunds"))];
  const days = slice.rows.length || 1;
  return (
    <>
      <div className="mb-5 flex flex-wrap items-baseline gap-x-5 gap-y-1">
        <div>
          <span className="sr-only">{words.net}: </span>
          <span className="tabular font-serif text-4xl tracking-tight">{format.money(net, slice.currency)}</span>
        </div>
        <p className="flex flex-wrap gap-x-4 text-sm text-muted">
          <span>{words.orders(whole(fact(slice, "total_orders")))}</span>
          <span>{words.average(format.money(Math.round(net / days), slice.currency))}</span>
          <span>{words.refunds(format.money(refunds, slice.currency))}</span>
        </p>
      </div>
      <RevenueChart rows={slice.rows} currency={slice.currency} />
    </>
  );
}
