import dynamic from "next/dynamic";
import { createContext, type ReactNode, useCallback, useMemo, useRef, useState } from "react";
import { LoadingOver } from "@/components/loading-part";
import { ReceiptCard } from "@/components/receipt-card";
import type { Receipt } from "@/lib/receipts";
import type { Slice } from "@/lib/slices";

const loadFloating = () => import("@/components/floating");
const Floating = dynamic(loadFloating, {
  ssr: false,
  loading: ({ error, retry }) => <LoadingOver error={error} onRetry={retry} />,
});

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
    void loadFloating();
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
        <Floating
          key={shown}
          anchor={figure}
          label={receipt.text}
          side="top"
          onClose={() => setShown(null)}
          onPointerEnter={() => window.clearTimeout(timer.current)}
          onPointerLeave={hide}
        >
          <ReceiptCard receipt={receipt} receipts={receipts} grounds={grounds} />
        </Floating>
      )}
    </ReceiptContext.Provider>
  );
}
