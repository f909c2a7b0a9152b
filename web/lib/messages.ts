/** The AI SDK's UI message, with what Tableside's stream adds to it. */
import { getToolName, isToolUIPart, type UIMessage } from "ai";
import type { Receipt } from "@/lib/receipts";
import { isSlice, type Slice } from "@/lib/slices";

export interface Metadata {
  conversationId?: string;
  questionId?: string;
  promptVersion?: string;
  promptHash?: string;
  model?: string;
  standIn?: boolean;
  spokenBy?: string;
  askedAt?: string;
  status?: "complete" | "stopped" | "interrupted";
  /** How the model ended, as the AI SDK names it. */
  finishReason?: string;
  answeredAt?: string;
  errorCode?: string | null;
}

export interface Isolation {
  database_user: string;
  bypasses_row_security: boolean;
  snapshot: string;
  tables: { table: string; row_security_active: boolean }[];
}

export interface Usage {
  inputTokens: number;
  outputTokens: number;
  modelCalls: number;
  costUsd: string | null;
  priceAsOf: string;
}

export interface Checkpoint {
  number: number;
  name: string;
  state: string;
  at_ms: number | null;
}

export interface Failure {
  code: string;
  sentence: string;
  incidentId: string;
}

export interface Data extends Record<string, unknown> {
  slice: Slice;
  isolation: Isolation;
  receipts: { figures: Receipt[] };
  usage: Usage;
  checkpoints: Checkpoint[];
  failure: Failure;
  status: { code: string; sentence: string };
}

/** The data parts that come once in an answer. */
type DataPartType = { [Name in keyof Data & string]: Name }[keyof Data & string];

export type Message = UIMessage<Metadata, Data & Record<string, unknown>>;
export type MessagePart = Message["parts"][number];

export function dataOf<Name extends "isolation" | "receipts" | "usage" | "checkpoints" | "failure">(
  message: Message,
  name: Name,
): Data[Name] | null {
  const part = message.parts.findLast((each) => each.type === `data-${name satisfies DataPartType}`);
  return part && "data" in part ? (part.data as Data[Name]) : null;
}

/** What receipts count their offsets in: all text parts, joined by a blank line. */
export const BETWEEN_TEXTS = "\n\n";

export function answerText(message: Message): string {
  return message.parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join(BETWEEN_TEXTS);
}

/** Whether something of an answer that is being made can be seen to go on: its newest part is words, a thought or a
 * look-up under way. After a look-up has ended the model reads, and nothing moves. */
export function isSpeaking(message: Message): boolean {
  if (message.role !== "assistant") return false;
  const newest = message.parts.findLast(
    (part) => part.type === "text" || part.type === "reasoning" || isToolUIPart(part),
  );
  if (!newest) return false;
  if (isToolUIPart(newest)) return newest.state === "input-streaming" || newest.state === "input-available";
  return newest.type === "reasoning" ? newest.state !== "done" : true;
}

/** Whether the model had more to say: it was stopped, it failed, or it reached the longest answer. One that has just come
 * has no status yet. */
export function wasCutOff(message: Message): boolean {
  const { status, finishReason } = message.metadata ?? {};
  const ended = status === "stopped" || status === "interrupted" || finishReason === "length";
  return ended || dataOf(message, "failure") !== null;
}

/** The slices that the answer rests on, numbered as receipts number them: prefetched ones, then tools' results. */
export function groundsOf(message: Message): Slice[] {
  const prefetched = message.parts.flatMap((part) => (part.type === "data-slice" ? [part.data as Slice] : []));
  const looked = message.parts.flatMap((part) =>
    isToolUIPart(part) && part.state === "output-available" && isSlice(part.output) ? [part.output] : [],
  );
  return [...prefetched, ...looked];
}

export { getToolName, isToolUIPart };
