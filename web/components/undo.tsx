import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from "react";
import { text } from "@/lib/strings";

const MILLISECONDS = 6000;

interface Pending {
  sentence: string;
  act: () => void;
  undo: () => void;
}

const Undo = createContext<(pending: Pending) => void>(() => undefined);

/** `offer({sentence, act, undo})`: says what was done, and does it in earnest only when nobody took it back. */
export const useUndo = () => useContext(Undo);

export function UndoProvider({ children }: { children: ReactNode }) {
  const [pending, setPending] = useState<Pending | null>(null);
  const current = useRef<Pending | null>(null);
  const timer = useRef<number>(0);

  const settle = useCallback((how: "act" | "undo") => {
    window.clearTimeout(timer.current);
    const settled = current.current;
    current.current = null;
    setPending(null);
    settled?.[how]();
  }, []);

  const offer = useCallback(
    (next: Pending) => {
      settle("act");
      current.current = next;
      setPending(next);
      timer.current = window.setTimeout(() => settle("act"), MILLISECONDS);
    },
    [settle],
  );

  useEffect(() => {
    const leave = () => settle("act");
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, [settle]);

  return (
    <Undo.Provider value={offer}>
      {children}
      <div role="status" className="pointer-events-none fixed inset-x-0 bottom-5 z-50 flex justify-center px-4">
        {pending && (
          <div className="rising pointer-events-auto flex max-w-full items-center gap-4 rounded-full bg-ink py-2 pr-2 pl-5 text-sm text-paper shadow-float">
            <span className="truncate">{pending.sentence}</span>
            <button
              type="button"
              className="h-8 rounded-full px-3 font-semibold underline underline-offset-4"
              onClick={() => settle("undo")}
            >
              {text.conversations.undo}
            </button>
          </div>
        )}
      </div>
    </Undo.Provider>
  );
}
