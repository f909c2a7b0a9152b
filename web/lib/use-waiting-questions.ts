import { useCallback, useEffect, useRef, useState } from "react";
import { joined, keepDraft } from "@/lib/drafts";

export interface WaitingQuestions {
  waiting: string[];
  add: (question: string) => void;
  /** Takes one out again and returns it. */
  takeBack: (place: number) => string;
}

/** Questions that were sent while another was still being answered. Each is asked as soon as `free`, in their order;
 * whoever leaves the conversation before finds them in its composer. */
export function useWaitingQuestions(
  conversation: string,
  free: boolean,
  ask: (question: string) => void,
): WaitingQuestions {
  const [waiting, setWaiting] = useState<string[]>([]);
  const latest = useRef(waiting);
  latest.current = waiting;

  useEffect(() => {
    const [next, ...others] = waiting;
    if (!free || next === undefined) return;
    setWaiting(others);
    ask(next);
  }, [free, waiting, ask]);

  useEffect(() => () => keepDraft(conversation, joined(...latest.current)), [conversation]);

  const add = useCallback((question: string) => setWaiting((now) => [...now, question]), []);
  const takeBack = useCallback((place: number) => {
    setWaiting((now) => now.filter((_, each) => each !== place));
    return latest.current[place] ?? "";
  }, []);
  return { waiting, add, takeBack };
}
