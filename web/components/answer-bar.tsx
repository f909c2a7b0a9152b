import { Check, Copy, Gauge, RotateCcw } from "lucide-react";
import { Popover } from "radix-ui";
import { useState } from "react";
import { AnswerDetails } from "@/components/answer-details";
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
      <Popover.Root>
        <Popover.Trigger className="icon-button" aria-label={words.details} title={words.details}>
          <Gauge className="size-4" />
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Content
            side="top"
            align="start"
            sideOffset={6}
            collisionPadding={12}
            aria-label={words.details}
            className="rising z-40 w-80 max-w-[calc(100vw-1.5rem)] rounded-2xl border border-line bg-surface p-4 text-sm shadow-float outline-none"
          >
            <AnswerDetails message={message} />
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
      {receipts.length > 0 && <span className="ml-1.5 text-xs">{text.receipts.summary(matched, receipts.length)}</span>}
    </div>
  );
}

function CopyButton({ copied }: { copied: string }) {
  const [done, setDone] = useState(false);
  async function copy() {
    await navigator.clipboard.writeText(copied);
    setDone(true);
    window.setTimeout(() => setDone(false), 1600);
  }
  const label = done ? words.copied : words.copy;
  return (
    <button type="button" className="icon-button" onClick={copy} aria-label={label} title={label} disabled={!copied}>
      {done ? <Check className="size-4 text-good" /> : <Copy className="size-4" />}
    </button>
  );
}
