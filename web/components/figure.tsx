import { type ReactNode, useContext } from "react";
import { ReceiptContext } from "@/components/receipt-popover";
import type { Receipt } from "@/lib/receipts";
import { text } from "@/lib/strings";

/** A figure of an answer. Hovered, focused or tapped, it shows where it comes from. Its mark comes when the answer is
 * finished, and must not move a letter of it. */
export function Figure({ number, children }: { number: number; children: ReactNode }) {
  const { receipts, shown, show, hide } = useContext(ReceiptContext);
  const receipt = receipts[number];
  if (!receipt) return children;
  const unmatched = receipt.source.type === "unmatched";
  const label = unmatched ? text.receipts.unmatchedLabel(receipt.text) : text.receipts.show(receipt.text);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a button does not break over lines, and the text would move
    <span
      role="button"
      tabIndex={0}
      data-figure
      className={look(receipt)}
      aria-label={label}
      aria-expanded={shown === number}
      onPointerEnter={(event) => {
        if (event.pointerType === "mouse") show(number, event.currentTarget, false);
      }}
      onPointerLeave={(event) => {
        if (event.pointerType === "mouse") hide();
      }}
      onFocus={(event) => {
        if (event.currentTarget.matches(":focus-visible")) show(number, event.currentTarget, true);
      }}
      onBlur={hide}
      onClick={(event) => show(number, event.currentTarget, true)}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        show(number, event.currentTarget, true);
      }}
    >
      {children}
    </span>
  );
}

/** Every figure has its receipt; only those that one would doubt are underlined, or a line of dates could not be read. */
function look(receipt: Receipt): string {
  if (receipt.source.type === "unmatched") return "figure-unmatched";
  return receipt.kind === "date" || receipt.kind === "time" ? "figure figure-date" : "figure";
}
