import { ScrollRegion } from "@/components/scroll-region";
import * as format from "@/lib/format";
import type { Kind, Slice } from "@/lib/slices";
import { text } from "@/lib/strings";

const NUMBERS: Kind[] = ["count", "money", "percent"];

/** The rows of a slice; those in `lit` stand out. */
export function SliceTable({ slice, most = 12, lit }: { slice: Slice; most?: number; lit?: ReadonlySet<number> }) {
  if (slice.rows.length === 0) return <p className="text-sm text-muted">{text.tools.nothing}</p>;
  const rows = slice.rows.slice(0, most);
  return (
    <ScrollRegion
      className="rounded-xl border border-line bg-surface"
      label={text.slices.names[slice.name] ?? slice.name}
    >
      <table className="tabular w-full text-[0.8125rem]">
        <thead>
          <tr className="border-b border-line text-muted">
            {slice.columns.map((column) => (
              <th
                key={column.name}
                scope="col"
                className={`px-3 py-1.5 font-medium whitespace-nowrap ${side(column.kind)}`}
              >
                {text.slices.columns[column.name] ?? column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a slice's rows never change
            <tr key={place} className={lit?.has(place) ? "bg-accent-soft" : ""}>
              {slice.columns.map((column) => (
                <td key={column.name} className={`px-3 py-1 whitespace-nowrap ${side(column.kind)}`}>
                  {format.cell(row[column.name], column, slice.currency)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {slice.rows.length > most && (
        <p className="border-t border-line px-3 py-1.5 text-xs text-muted">
          {text.tools.more(slice.rows.length - most)}
        </p>
      )}
    </ScrollRegion>
  );
}

function side(kind: Kind): string {
  return NUMBERS.includes(kind) ? "text-right" : "text-left";
}
