import { ReceiptText, TriangleAlert } from "lucide-react";
import * as format from "@/lib/format";
import { describe, type Receipt, rowsOfRange, type Source, sliceOf } from "@/lib/receipts";
import { type Column, fact, type Row, type Slice } from "@/lib/slices";
import { text } from "@/lib/strings";

const MOST_ROWS = 7;

interface CardProps {
  receipt: Receipt;
  receipts: Receipt[];
  grounds: Slice[];
}

/** Where one figure comes from: the row itself, or how it was reckoned. */
export function ReceiptCard({ receipt, receipts, grounds }: CardProps) {
  const { source } = receipt;
  const unmatched = source.type === "unmatched";
  const currency = grounds[0]?.currency ?? "";
  const Icon = unmatched ? TriangleAlert : ReceiptText;
  return (
    <div className="flex flex-col gap-2.5">
      <div className={`flex items-center gap-2 text-xs font-medium ${unmatched ? "text-warn" : "text-muted"}`}>
        <Icon className="size-3.5" aria-hidden="true" />
        {unmatched ? text.receipts.unmatchedTitle : text.receipts.title}
      </div>
      <p className="leading-5">
        {describe(source, receipts, currency)}
        {receipt.rounded && <span className="text-muted">, {text.receipts.rounded}</span>}
      </p>
      <Proof source={source} grounds={grounds} receipts={receipts} />
    </div>
  );
}

function Proof({ source, grounds, receipts }: { source: Source; grounds: Slice[]; receipts: Receipt[] }) {
  if ("of" in source) return <Parts of={source.of} receipts={receipts} currency={grounds[0]?.currency ?? ""} />;
  if (!("slice" in source)) return null;
  const slice = sliceOf(source, grounds);
  if (!slice) return null;
  if (source.type === "row") {
    const row = slice.rows[source.row];
    return row ? <Cells row={row} slice={slice} column={source.column} /> : null;
  }
  if (source.type === "fact") return <OneFact slice={slice} name={source.fact} />;
  if (source.type === "range") return <Rows rows={rowsOfRange(source, slice)} slice={slice} column={source.column} />;
  return null;
}

function Cells({ row, slice, column }: { row: Row; slice: Slice; column: string }) {
  return (
    <dl className="tabular grid grid-cols-[auto_1fr] overflow-hidden rounded-xl border border-line">
      {slice.columns.map((each) => (
        <Pair key={each.name} column={each} strong={each.name === column}>
          {format.cell(row[each.name], each, slice.currency)}
        </Pair>
      ))}
    </dl>
  );
}

function Pair({ column, strong, children }: { column: Column; strong: boolean; children: string }) {
  const look = strong ? "bg-accent-soft font-semibold" : "";
  return (
    <>
      <dt className={`px-3 py-1 ${strong ? look : "text-muted"}`}>{text.slices.columns[column.name] ?? column.name}</dt>
      <dd className={`px-3 py-1 text-right ${look}`}>{children}</dd>
    </>
  );
}

function OneFact({ slice, name }: { slice: Slice; name: string }) {
  const found = slice.facts.find((each) => each.name === name);
  const [start, end] = [fact(slice, "start"), fact(slice, "end")];
  if (!found) return null;
  return (
    <dl className="tabular grid grid-cols-[auto_1fr] overflow-hidden rounded-xl border border-line">
      {typeof start === "string" && typeof end === "string" && (
        <Pair column={{ name: "start", kind: "day" }} strong={false}>
          {text.receipts.span(format.day(start, slice.currency), format.day(end, slice.currency))}
        </Pair>
      )}
      <Pair column={found} strong>
        {format.value(found.value, found.kind, slice.currency)}
      </Pair>
    </dl>
  );
}

function Rows({ rows, slice, column }: { rows: Row[]; slice: Slice; column: string }) {
  const [title, figure] = [slice.columns[0], slice.columns.find((each) => each.name === column)];
  if (!title || !figure) return null;
  return (
    <div className="overflow-hidden rounded-xl border border-line">
      <table className="tabular w-full">
        <tbody>
          {rows.slice(0, MOST_ROWS).map((row) => (
            <tr key={JSON.stringify(row)}>
              <td className="px-3 py-1 text-muted">{format.cell(row[title.name], title, slice.currency)}</td>
              <td className="px-3 py-1 text-right">{format.cell(row[figure.name], figure, slice.currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MOST_ROWS && (
        <p className="border-t border-line px-3 py-1 text-xs text-muted">{text.tools.more(rows.length - MOST_ROWS)}</p>
      )}
    </div>
  );
}

function Parts({ of, receipts, currency }: { of: [number, number]; receipts: Receipt[]; currency: string }) {
  return (
    <ul className="flex flex-col gap-1 text-muted">
      {of.map((position) => {
        const part = receipts[position];
        return part ? (
          <li key={position}>
            <span className="font-medium text-ink">{part.text}</span>: {describe(part.source, receipts, currency)}
          </li>
        ) : null;
      })}
    </ul>
  );
}
