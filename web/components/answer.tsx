import { memo, useMemo } from "react";
import { AnswerBar } from "@/components/answer-bar";
import { AnswerBasis } from "@/components/answer-basis";
import { AnswerText } from "@/components/answer-text";
import { Notice } from "@/components/notice";
import { Reasoning } from "@/components/reasoning";
import { ReceiptPopover } from "@/components/receipt-popover";
import { StandInBadge } from "@/components/stand-in-badge";
import { ToolStep } from "@/components/tool-step";
import {
  answerText,
  BETWEEN_TEXTS,
  dataOf,
  getToolName,
  groundsOf,
  isToolUIPart,
  type Message,
  wasCutOff,
} from "@/lib/messages";
import type { Receipt } from "@/lib/receipts";
import { text } from "@/lib/strings";

const NONE: Receipt[] = [];

interface AnswerProps {
  message: Message;
  live: boolean;
  /** null when it cannot be answered again: it is not the last, or it is being made. */
  onRegenerate: (() => void) | null;
}

/** An answer, in the order in which it was made: thoughts, look-ups, words; then what it rests on. */
export const Answer = memo(function Answer({ message, live, onRegenerate }: AnswerProps) {
  const receipts = dataOf(message, "receipts")?.figures ?? NONE;
  const grounds = useMemo(() => groundsOf(message), [message]);
  const failure = dataOf(message, "failure");
  const ended = live ? null : endOf(message);
  return (
    <article aria-label={text.chat.answer} aria-busy={live} className="group/answer flex flex-col gap-3">
      {message.metadata?.standIn && <StandInBadge />}
      <ReceiptPopover receipts={receipts} grounds={grounds}>
        <Parts message={message} receipts={receipts} live={live} />
      </ReceiptPopover>
      {failure && (
        <Notice tone="bad" action={onRegenerate && <RetryButton onRetry={onRegenerate} />}>
          {failure.sentence}
          <span className="block text-xs opacity-80">{text.chat.incident(failure.incidentId)}</span>
        </Notice>
      )}
      {ended && <Notice tone="plain">{ended}</Notice>}
      {!live && receipts.length > 0 && (
        <AnswerBasis answer={answerText(message)} receipts={receipts} grounds={grounds} />
      )}
      {!live && <AnswerBar message={message} receipts={receipts} onRegenerate={onRegenerate} />}
    </article>
  );
});

/** What a reader should know of how it ended, when nothing failed. */
function endOf({ metadata }: Message): string | null {
  if (metadata?.status === "stopped") return text.chat.stopped;
  if (metadata?.finishReason === "length") return text.chat.cutShort;
  return metadata?.finishReason === "content-filter" ? text.chat.withheld : null;
}

function RetryButton({ onRetry }: { onRetry: () => void }) {
  return (
    <button type="button" className="button-quiet h-9" onClick={onRetry}>
      {text.chat.retry}
    </button>
  );
}

function Parts({ message, receipts, live }: { message: Message; receipts: Receipt[]; live: boolean }) {
  let base = 0;
  const last = message.parts.length - 1;
  const lastText = message.parts.findLastIndex((part) => part.type === "text");
  return message.parts.map((part, place) => {
    const key = `${part.type}-${place}`;
    if (part.type === "text") {
      const begins = base;
      base += part.text.length + BETWEEN_TEXTS.length;
      const unfinished = place === lastText && (live || wasCutOff(message));
      return <AnswerText key={key} markdown={part.text} base={begins} receipts={receipts} unfinished={unfinished} />;
    }
    if (part.type === "reasoning") return <Reasoning key={key} thought={part.text} live={live && place === last} />;
    if (isToolUIPart(part)) return <ToolStep key={part.toolCallId} name={getToolName(part)} part={part} />;
    return null;
  });
}
