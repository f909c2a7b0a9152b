/** Receipts: where a figure of an answer comes from, and how its place in the Markdown is marked. */
import type { Root, Text } from "mdast";
import { visit } from "unist-util-visit";
import * as format from "@/lib/format";
import type { Row, Slice } from "@/lib/slices";
import { text } from "@/lib/strings";

export type Source =
  | { type: "row"; slice: number; name: string; row: number; column: string }
  | { type: "fact"; slice: number; name: string; fact: string }
  | {
      type: "range";
      operation: keyof typeof text.receipts.operations;
      slice: number;
      name: string;
      column: string;
      start: string | null;
      end: string | null;
      only: string | null;
    }
  | { type: "difference" | "change" | "ratio"; of: [number, number] }
  | { type: "within"; slice: number; name: string }
  | { type: "clock"; day: "today" | "yesterday" }
  | { type: "unmatched"; reason: keyof typeof text.receipts.reasons };

export interface Receipt {
  /** Offsets into the answer, as a string of JavaScript's is indexed. */
  start: number;
  end: number;
  text: string;
  kind: "money" | "count" | "percent" | "date" | "time";
  value: number | string;
  source: Source;
  rounded: boolean;
}

/** The slice that a source names by its number. None where the name does not fit: better no row than another's. */
export function sliceOf(source: { slice: number; name: string }, grounds: Slice[]): Slice | null {
  const numbered = grounds[source.slice];
  return numbered?.name === source.name ? numbered : null;
}

/** The rows that a range counts, both ends included. */
export function rowsOfRange(source: Extract<Source, { type: "range" }>, slice: Slice): Row[] {
  const newest = /^newest (\d+)$/.exec(source.only ?? "")?.[1];
  if (newest) return slice.rows.slice(0, Number(newest));
  return slice.rows.filter((row) => {
    const day = String(row.day ?? row.ordered_at ?? "").slice(0, 10);
    const inside = !day || ((!source.start || day >= source.start) && (!source.end || day <= source.end));
    return inside && (!source.only || Object.values(row).includes(source.only));
  });
}

/** One line that says where a figure comes from. currency: the restaurant's, which says how its days are written. */
export function describe(source: Source, receipts: Receipt[], currency: string): string {
  const words = text.receipts;
  const name = (column: string): string => text.slices.columns[column] ?? column;
  const slice = (source: { name: string }): string => text.slices.names[source.name] ?? source.name;
  switch (source.type) {
    case "row":
    case "fact":
      return slice(source);
    case "range": {
      const what = words.of(words.operations[source.operation], name(source.column).toLowerCase());
      const { start, end } = source;
      const when = start && end ? `, ${words.span(format.day(start, currency), format.day(end, currency))}` : "";
      return what + when + (source.only ? `, ${words.only(text.slices.values[source.only] ?? source.only)}` : "");
    }
    case "difference":
    case "change":
    case "ratio": {
      const [first, second] = source.of.map((position) => receipts[position]?.text ?? "?");
      return words[source.type](first ?? "?", second ?? "?");
    }
    case "within":
      return words.within(slice(source));
    case "clock":
      return words[source.day];
    case "unmatched":
      return words.reasons[source.reason];
  }
}

interface Marked {
  receipts: Receipt[];
  /** Where this text part begins within the answer. */
  base: number;
}

/** Puts each figure into an element of its own that carries its receipt's number. Works on the text as it was written,
 * so a figure inside bold or a table cell is found where it stands. */
export function markReceipts(tree: Root, { receipts, base }: Marked): void {
  if (receipts.length === 0) return;
  visit(tree, "text", (node, index, parent) => {
    const begin = node.position?.start.offset;
    const end = node.position?.end.offset;
    if (begin === undefined || end === undefined || index === undefined || !parent) return;
    if (end - begin !== node.value.length) return; // an escape or an entity: offsets would not fit
    const pieces = split(node, begin + base, receipts);
    if (pieces.length < 2 && pieces[0]?.type === "text") return;
    parent.children.splice(index, 1, ...(pieces as typeof parent.children));
    return index + pieces.length;
  });
}

interface Figure {
  type: "figure";
  data: { hName: "span"; hProperties: { dataReceipt: string } };
  children: Text[];
}

function split(node: Text, begin: number, receipts: Receipt[]): (Text | Figure)[] {
  const pieces: (Text | Figure)[] = [];
  let at = 0;
  receipts.forEach((receipt, number) => {
    const from = Math.max(receipt.start - begin, at);
    const to = Math.min(receipt.end - begin, node.value.length);
    if (from >= to) return;
    if (from > at) pieces.push({ type: "text", value: node.value.slice(at, from) });
    const children: Text[] = [{ type: "text", value: node.value.slice(from, to) }];
    pieces.push({ type: "figure", data: { hName: "span", hProperties: { dataReceipt: String(number) } }, children });
    at = to;
  });
  if (at < node.value.length) pieces.push({ type: "text", value: node.value.slice(at) });
  return pieces;
}
