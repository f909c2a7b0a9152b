import { Popover } from "radix-ui";
import { createContext, type ReactNode, useCallback, useMemo, useRef, useState } from "react";
import { ReceiptCard } from "@/components/receipt-card";
import type { Receipt } from "@/lib/receipts";
import type { Slice } from "@/lib/slices";

const LINGER_MS = 140;

interface Receipts {
  receipts: Receipt[];
  /** The number of the receipt that is to be seen. */
  shown: number | null;
  show: (number: number, figure: HTMLElement, atOnce: boolean) => void;
  hide: () => void;
}

export const ReceiptContext = createContext<Receipts>({
  receipts: [],
  shown: null,
  show: () => undefined,
  hide: () => undefined,
});

/** One popover for all figures of an answer: it moves to whichever is pointed at. */
export function ReceiptPopover(props: { receipts: Receipt[]; grounds: Slice[]; children: ReactNode }) {
  const { receipts, grounds, children } = props;
  const [shown, setShown] = useState<number | null>(null);
  const figure = useRef<HTMLElement | null>(null);
  const timer = useRef(0);

  const show = useCallback((number: number, element: HTMLElement, atOnce: boolean) => {
    window.clearTimeout(timer.current);
    const now = () => {
      figure.current = element;
      setShown(number);
    };
    if (atOnce) now();
    else timer.current = window.setTimeout(now, LINGER_MS);
  }, []);

  const hide = useCallback(() => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setShown(null), LINGER_MS);
  }, []);

  const context = useMemo(() => ({ receipts, shown, show, hide }), [receipts, shown, show, hide]);
  const receipt = shown === null ? null : receipts[shown];
  return (
    <ReceiptContext.Provider value={context}>
      {children}
      {receipt && (
        <Popover.Root open onOpenChange={(open) => !open && setShown(null)}>
          <Popover.Anchor virtualRef={figure as React.RefObject<HTMLElement>} />
          <Popover.Portal>
            <Popover.Content
              key={shown}
              side="top"
              sideOffset={6}
              collisionPadding={12}
              aria-label={receipt.text}
              onOpenAutoFocus={(event) => event.preventDefault()}
              onCloseAutoFocus={(event) => event.preventDefault()}
              onFocusOutside={(event) => event.preventDefault()}
              onPointerDownOutside={(event) => {
                if (event.target instanceof Element && event.target.closest("[data-figure]")) event.preventDefault();
              }}
              onPointerEnter={() => window.clearTimeout(timer.current)}
              onPointerLeave={hide}
              className="rising z-40 w-80 max-w-[calc(100vw-1.5rem)] rounded-2xl border border-line bg-surface p-4 text-sm shadow-float outline-none"
            >
              <ReceiptCard receipt={receipt} receipts={receipts} grounds={grounds} />
            </Popover.Content>
          </Popover.Portal>
        </Popover.Root>
      )}
    </ReceiptContext.Provider>
  );
}
