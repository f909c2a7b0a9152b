import { Check, Copy, Gauge, RotateCcw } from "lucide-react";
import { useState } from "react";
import { AnswerDetails } from "@/components/answer-details";
import { Disclosure } from "@/components/disclosure";
import { answerText, type Message } from "@/lib/messages";
import type { Receipt } from "@/lib/receipts";
import { text } from "@/lib/strings";

const words = text.chat;

interface BarProps {
  message: Message;
  receipts: Receipt[];
  onRegenerate: (() => void) | null;
}

/** What can be done with a finished answer. */
export function AnswerBar({ message, receipts, onRegenerate }: BarProps) {
  const matched = receipts.filter((each) => each.source.type !== "unmatched").length;
  return (
    <div className="-ml-2 flex flex-wrap items-center gap-0.5 text-muted">
      <CopyButton copied={answerText(message)} />
      {onRegenerate && (
        <button
          type="button"
          className="icon-button"
          onClick={onRegenerate}
          aria-label={words.again}
          title={words.again}
        >
          <RotateCcw className="size-4" />
        </button>
      )}
      <Disclosure label={words.details} side="top" className="icon-button" button={<Gauge className="size-4" />}>
        <AnswerDetails message={message} />
      </Disclosure>
      {receipts.length > 0 && <span className="ml-1.5 text-xs">{text.receipts.summary(matched, receipts.length)}</span>}
    </div>
  );
}

function CopyButton({ copied }: { copied: string }) {
  const [done, setDone] = useState<"yes" | "refused" | null>(null);
  /** Not every page may write there: a browser asks its owner, and knows no clipboard over plain HTTP. */
  async function copy() {
    const written = navigator.clipboard?.writeText(copied) ?? Promise.reject();
    setDone(
      await written.then(
        () => "yes" as const,
        () => "refused" as const,
      ),
    );
    window.setTimeout(() => setDone(null), 3000);
  }
  const label = done === "yes" ? words.copied : words.copy;
  return (
    <>
      <button type="button" className="icon-button" onClick={copy} aria-label={label} title={label} disabled={!copied}>
        {done === "yes" ? <Check className="size-4 text-good" /> : <Copy className="size-4" />}
      </button>
      <span role="status" className="text-xs">
        {done === "refused" && words.copyRefused}
      </span>
    </>
  );
}
