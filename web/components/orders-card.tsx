import { Card } from "@/components/card";
import { ScrollRegion } from "@/components/scroll-region";
import * as format from "@/lib/format";
import type { Range } from "@/lib/range";
import { type Slice, whole } from "@/lib/slices";
import { text } from "@/lib/strings";
import { useNumbers } from "@/lib/use-numbers";

const columns = text.slices.columns;
const LOOK: Record<string, string> = { completed: "text-muted", refunded: "text-warn", cancelled: "text-bad" };

export function OrdersCard({ range }: { range: Range }) {
  const answer = useNumbers<{ orders: Slice }>(`/orders/recent?start=${range.start}&end=${range.end}&limit=9`);
  return (
    <Card
      title={text.home.orders.title}
      answer={answer}
      height="min-h-96"
      empty={text.home.orders.empty}
      isEmpty={({ orders }) => orders.rows.length === 0}
    >
      {({ orders }) => <Orders orders={orders} />}
    </Card>
  );
}

function Orders({ orders }: { orders: Slice }) {
  return (
    <ScrollRegion className="-mx-2" label={text.home.orders.title}>
      <table className="tabular w-full text-sm">
        <thead>
          <tr className="border-b border-line text-left text-xs text-muted">
            <th scope="col" className="px-2 pb-2 font-medium">
              {columns.number}
            </th>
            <th scope="col" className="px-2 pb-2 font-medium">
              {columns.ordered_at}
            </th>
            <th scope="col" className="px-2 pb-2 font-medium">
              {columns.status}
            </th>
            <th scope="col" className="px-2 pb-2 text-right font-medium">
              {columns.total}
            </th>
          </tr>
        </thead>
        <tbody>
          {orders.rows.map((row) => (
            <tr key={row.number} className="border-b border-line/60 last:border-0">
              <td className="px-2 py-2">{row.number}</td>
              <td className="px-2 py-2 whitespace-nowrap text-muted">
                {format.localTime(String(row.ordered_at), orders.currency)}
              </td>
              <td className={`px-2 py-2 ${LOOK[String(row.status)] ?? ""}`}>
                {format.value(row.status, "text", orders.currency)}
              </td>
              <td className="px-2 py-2 text-right">{format.money(whole(row.total), orders.currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
