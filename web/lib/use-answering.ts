/** One conversation on the screen: useChat, and what it does not do by itself. Opening a kept one, catching up with an
 * answer that goes on without us, stopping the model, trying again without losing the question, and never dropping
 * one that comes at the wrong moment. */
import { useChat } from "@ai-sdk/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { askTransport, newId, stopAnswer } from "@/lib/ask";
import { openConversation } from "@/lib/conversations";
import { isUnstarted, keepDraft, markUnstarted } from "@/lib/drafts";
import { answerText, dataOf, type Message } from "@/lib/messages";
import { LONGEST_ANSWER_MS } from "@/lib/patience";
import { asProblem, cutProblem, Problem } from "@/lib/problem";
import { text } from "@/lib/strings";
import { useWaitingQuestions, type WaitingQuestions } from "@/lib/use-waiting-questions";

const POLL_MS = 1000;
const STOP_PATIENCE_MS = 5000;

export interface Answering extends WaitingQuestions {
  messages: Message[];
  /** asked: sent, nothing came yet; streaming; elsewhere: it is made without this page; idle. */
  state: "opening" | "missing" | "idle" | "asked" | "streaming" | "elsewhere";
  stopping: boolean;
  /** Something that the reader should know while waiting. */
  status: string | null;
  problem: Problem | null;
  /** At once when nothing is being answered, else as soon as that is so. */
  ask: (question: string) => void;
  regenerate: () => void;
  stop: () => void;
  retry: () => void;
  /** Brings turns from before those in `messages`, or throws a Problem; null when there are none. */
  showOlder: (() => Promise<void>) | null;
}

export function useAnswering(id: string, isNew: boolean, onAnswered: () => void): Answering {
  const transport = useMemo(askTransport, []);
  const [opening, setOpening] = useState<"opening" | "missing" | "open">(isNew ? "open" : "opening");
  const [elsewhere, setElsewhere] = useState(false);
  const [stopping, setStopping] = useState(false);
  const [status, setStatus] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [earlier, setEarlier] = useState<number | null>(null);
  const alive = useRef(true);
  const wasStopped = useRef(false);
  const wasCatchingUp = useRef(false);
  /** Being asked for the first time: the service may not know it yet. */
  const asking = useRef(false);

  const chat = useChat<Message>({
    id,
    transport,
    generateId: newId,
    experimental_throttle: 40,
    onData: (part) => {
      if (part.type === "data-status") setStatus((part.data as { sentence: string }).sentence);
    },
    onError: (error) => fail(asProblem(error)),
    onFinish: ({ message, isAbort, isError, isDisconnect, finishReason }) => {
      setStopping(false);
      setStatus(null);
      if (isDisconnect || (!isError && !isAbort && !finishReason)) setProblem(cutProblem());
      if (isAbort || wasStopped.current) mark(message.id, { status: "stopped" });
      else if (finishReason) mark(message.id, { finishReason });
      wasStopped.current = false;
      if (alive.current) onAnswered();
    },
  });
  const addWaiting = useRef<(question: string) => void>(() => undefined);
  const { setMessages, sendMessage, regenerate: askAgain, stop: leave } = chat;

  const mark = (answerId: string, more: Message["metadata"]) =>
    setMessages((now) =>
      now.map((each) => (each.id === answerId ? { ...each, metadata: { ...each.metadata, ...more } } : each)),
    );

  /** A question that the service has not taken is not lost. When signing in comes first, it waits in the composer; when
   * another page has this conversation answered just now, it waits for that. */
  const fail = (found: Problem) => {
    const asked = chat.messages.at(-1);
    const unasked = asking.current && asked?.role === "user" ? asked : null;
    if (found.code === "turn_in_progress" && unasked) {
      setMessages((now) => now.filter((each) => each.id !== unasked.id));
      void catchUp(unasked);
      return;
    }
    setProblem(found);
    if (found.code !== "unauthenticated" || !unasked) return;
    keepDraft(id, answerText(unasked));
    if (chat.messages.length === 1) markUnstarted(id);
  };

  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);

  /** What the service has kept, until nothing is being made any more. unasked: waits when it is not among that. */
  const catchUp = useCallback(
    async (unasked?: Message): Promise<void> => {
      wasCatchingUp.current = true;
      const until = Date.now() + LONGEST_ANSWER_MS;
      let left = unasked;
      try {
        while (alive.current) {
          const kept = await openConversation(id);
          if (!alive.current) return;
          setMessages((now) => {
            const place = now.findIndex((each) => each.id === kept.messages[0]?.id);
            if (place < 0) setEarlier(kept.earlier);
            return [...now.slice(0, Math.max(place, 0)), ...kept.messages];
          });
          if (left && !kept.messages.some((each) => each.id === left?.id)) addWaiting.current(answerText(left));
          left = undefined;
          setElsewhere(kept.conversation.answering);
          setOpening("open");
          if (!kept.conversation.answering) break;
          if (Date.now() > until) throw new Problem("overdue", text.failures.overdue);
          await new Promise((resolve) => setTimeout(resolve, POLL_MS));
        }
        wasCatchingUp.current = false;
        setStopping(false);
        if (alive.current) onAnswered();
      } catch (error) {
        const found = asProblem(error);
        setElsewhere(false);
        setStopping(false);
        if (found.code !== "not_found") setProblem(found);
        else setOpening(isUnstarted(id) ? "open" : "missing");
      }
    },
    [id, setMessages, onAnswered],
  );

  useEffect(() => {
    if (!isNew) void catchUp();
  }, [isNew, catchUp]);

  const showOlder = useCallback(async () => {
    if (earlier === null) return;
    const older = await openConversation(id, earlier);
    if (!alive.current) return;
    setMessages((now) => [...older.messages, ...now]);
    setEarlier(older.earlier);
  }, [id, earlier, setMessages]);

  const askNow = useCallback(
    (question: string) => {
      setProblem(null);
      wasCatchingUp.current = false;
      asking.current = true;
      void sendMessage({ text: question });
    },
    [sendMessage],
  );

  const regenerate = useCallback(() => {
    setProblem(null);
    wasCatchingUp.current = false;
    asking.current = false;
    void askAgain();
  }, [askAgain]);

  const stop = useCallback(() => {
    setStopping(true);
    wasStopped.current = true;
    // The service ends the answer and the stream with it; the view lets go only when that does not happen.
    stopAnswer(id).catch(() => leave());
    setTimeout(() => {
      if (wasStopped.current) void leave();
    }, STOP_PATIENCE_MS);
  }, [id, leave]);

  const retry = useCallback(() => {
    const last = chat.messages.at(-1);
    setProblem(null);
    if (!last || wasCatchingUp.current) void catchUp();
    else if (last.role === "user") void sendMessage({ text: answerText(last), messageId: last.id });
    else if (problem?.isOfTheWay && !dataOf(last, "failure")) void catchUp();
    else regenerate();
  }, [chat.messages, problem, catchUp, sendMessage, regenerate]);

  const state = stateOf(opening, elsewhere, chat.status);
  const queue = useWaitingQuestions(id, state === "idle" && !problem, askNow);
  const { waiting, add } = queue;
  addWaiting.current = add;
  const ask = useCallback(
    (question: string) => {
      if (state === "idle" && waiting.length === 0) return askNow(question);
      if (state === "idle") setProblem(null);
      add(question);
    },
    [state, waiting, add, askNow],
  );

  const older = earlier === null ? null : showOlder;
  const { messages } = chat;
  return { ...queue, messages, state, stopping, status, problem, ask, regenerate, stop, retry, showOlder: older };
}

function stateOf(opening: string, elsewhere: boolean, status: string): Answering["state"] {
  if (opening !== "open") return opening as "opening" | "missing";
  if (status === "submitted") return "asked";
  if (status === "streaming") return "streaming";
  return elsewhere ? "elsewhere" : "idle";
}
