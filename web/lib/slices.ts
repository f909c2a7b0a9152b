/** A slice as the API gives it: the same shape in a card, in a tool's result and behind an answer. */
export type Kind = "day" | "time" | "text" | "count" | "money" | "percent";
export type Value = string | number | null;
export type Row = Record<string, Value>;

export interface Column {
  name: string;
  kind: Kind;
}

export interface Fact extends Column {
  value: Value;
}

export interface Slice {
  name: string;
  currency: string;
  facts: Fact[];
  columns: Column[];
  rows: Row[];
}

export function fact(slice: Slice, name: string): Value {
  return slice.facts.find((each) => each.name === name)?.value ?? null;
}

/** A whole number of a row or fact; 0 where there is none. */
export function whole(value: Value | undefined): number {
  return typeof value === "number" ? value : 0;
}

/** Whether something that came over the wire is a slice. */
export function isSlice(given: unknown): given is Slice {
  const slice = given as Partial<Slice> | null;
  return Array.isArray(slice?.rows) && Array.isArray(slice.columns) && typeof slice.name === "string";
}
