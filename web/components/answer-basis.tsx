import { ChevronRight, Table2 } from "lucide-react";
import { useMemo } from "react";
import { Bars } from "@/components/bars";
import { DayBars } from "@/components/day-bars";
import { PeriodBars } from "@/components/period-bars";
import { SliceTable } from "@/components/slice-table";
import { basisOf, type Picture, pictureOf } from "@/lib/basis";
import type { Receipt } from "@/lib/receipts";
import type { Slice } from "@/lib/slices";
import { text } from "@/lib/strings";

/** Under an answer: a small picture of the series or list it used, and on request the rows themselves. */
export function AnswerBasis({ answer, receipts, grounds }: { answer: string; receipts: Receipt[]; grounds: Slice[] }) {
  const basis = useMemo(() => basisOf(receipts, grounds), [receipts, grounds]);
  const picture = useMemo(() => pictureOf(basis, answer), [basis, answer]);
  if (basis.length === 0) return null;
  return (
    <div className="flex flex-col gap-2">
      {picture && (
        <figure className="card max-w-xl px-4 py-3.5">
          <figcaption className="mb-3 text-xs font-medium text-muted">
            {picture.by === "orders" ? text.slices.ordersByDay : text.slices.names[picture.slice.name]}
          </figcaption>
          <Drawn picture={picture} />
        </figure>
      )}
      <details className="group/basis">
        <summary className="inline-flex items-center gap-2 rounded-lg py-1 pr-2 text-sm text-muted transition-colors hover:text-ink">
          <Table2 className="size-4" aria-hidden="true" />
          {text.receipts.basis}
          <ChevronRight className="size-3.5 transition-transform group-open/basis:rotate-90" aria-hidden="true" />
        </summary>
        <div className="mt-2 flex flex-col gap-4">
          {basis.map(({ slice, rows }, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: their order never changes
            <section key={place} className="flex flex-col gap-1.5">
              <h2 className="text-xs font-medium text-muted">{text.slices.names[slice.name] ?? slice.name}</h2>
              <SliceTable slice={slice} lit={rows} most={40} />
            </section>
          ))}
        </div>
      </details>
    </div>
  );
}

const MOST_ROWS = 10;

function Drawn({ picture: { slice, kind, rows, lit, by } }: { picture: Picture }) {
  const { currency } = slice;
  if (kind === "days") return <DayBars rows={rows} lit={lit} by={by ?? "net"} currency={currency} />;
  if (kind === "items") return <Bars rows={rows.slice(0, MOST_ROWS)} currency={currency} by="quantity" />;
  if (kind === "periods") return <PeriodBars rows={rows} currency={currency} />;
  return <SliceTable slice={{ ...slice, rows }} most={MOST_ROWS} />;
}
