import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

const NEAR = 48;

/** Keeps the end in sight while something grows, for as long as the reader has not scrolled away from it. */
export function useStickToEnd(content: unknown): {
  scroller: RefObject<HTMLDivElement | null>;
  atEnd: boolean;
  toEnd: () => void;
} {
  const scroller = useRef<HTMLDivElement | null>(null);
  const stuck = useRef(true);
  const [atEnd, setAtEnd] = useState(true);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = () => {
      stuck.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
      setAtEnd(stuck.current);
    };
    element.addEventListener("scroll", look, { passive: true });
    const grown = new ResizeObserver(() => {
      if (stuck.current) element.scrollTop = element.scrollHeight;
    });
    if (element.firstElementChild) grown.observe(element);
    for (const child of element.children) grown.observe(child);
    return () => {
      element.removeEventListener("scroll", look);
      grown.disconnect();
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the content is what the end follows
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element && stuck.current) element.scrollTop = element.scrollHeight;
  }, [content]);

  const toEnd = useCallback(() => {
    const element = scroller.current;
    element?.scrollTo({ top: element.scrollHeight, behavior: "smooth" });
  }, []);

  return { scroller, atEnd, toEnd };
}
