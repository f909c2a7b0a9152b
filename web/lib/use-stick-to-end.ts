import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

const NEAR = 48;

/** Keeps the end in sight while something grows, for as long as the reader has not scrolled away from it; and what is
 * read where it is, when something comes before `first`, which names what stands at the beginning. */
export function useStickToEnd(
  content: unknown,
  first: string | undefined,
): {
  scroller: RefObject<HTMLDivElement | null>;
  atEnd: boolean;
  toEnd: () => void;
} {
  const scroller = useRef<HTMLDivElement | null>(null);
  const stuck = useRef(true);
  const [atEnd, setAtEnd] = useState(true);
  const firstShown = useRef(first);
  const belowTop = useRef(0);
  if (first !== firstShown.current && scroller.current)
    belowTop.current = scroller.current.scrollHeight - scroller.current.scrollTop;

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

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element && !stuck.current && firstShown.current !== undefined && firstShown.current !== first)
      element.scrollTop = element.scrollHeight - belowTop.current;
    firstShown.current = first;
  }, [first]);

  const toEnd = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    // At once: what lies between has no height before it is seen, and a slow way there would end short of it.
    stuck.current = true;
    element.scrollTop = element.scrollHeight;
  }, []);

  return { scroller, atEnd, toEnd };
}
