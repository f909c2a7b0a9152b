/** One conversation on the screen: useChat, and what it does not do by itself. Opening a kept one, catching up with an
 * answer that goes on without us, stopping the model, trying again without losing the question. */
import { useChat } from "@ai-sdk/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { askTransport, newId, stopAnswer } from "@/lib/ask";
import { openConversation } from "@/lib/conversations";
import { dataOf, type Message } from "@/lib/messages";
import { asProblem, Problem } from "@/lib/problem";
import { text } from "@/lib/strings";

const POLL_MS = 1000;
const STOP_PATIENCE_MS = 5000;

export interface Answering {
  messages: Message[];
  /** asked: sent, nothing came yet; streaming; elsewhere: it is made without this page; idle. */
  state: "opening" | "missing" | "idle" | "asked" | "streaming" | "elsewhere";
  stopping: boolean;
  /** Something that the reader should know while waiting. */
  status: string | null;
  problem: Problem | null;
  ask: (question: string) => void;
  regenerate: () => void;
  stop: () => void;
  retry: () => void;
}

export function useAnswering(id: string, isNew: boolean, onAnswered: () => void): Answering {
  const transport = useMemo(askTransport, []);
  const [opening, setOpening] = useState<"opening" | "missing" | "open">(isNew ? "open" : "opening");
  const [elsewhere, setElsewhere] = useState(false);
  const [stopping, setStopping] = useState(false);
  const [status, setStatus] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const alive = useRef(true);

  const chat = useChat<Message>({
    id,
    transport,
    generateId: newId,
    experimental_throttle: 40,
    onData: (part) => {
      if (part.type === "data-status") setStatus((part.data as { sentence: string }).sentence);
    },
    onError: (error) => setProblem(asProblem(error)),
    onFinish: ({ message, isAbort, isError, isDisconnect, finishReason }) => {
      setStopping(false);
      setStatus(null);
      const cut = isDisconnect || (!isError && !isAbort && !finishReason);
      if (cut) setProblem(new Problem("cut", text.failures.cut));
      if (isAbort || wasStopped.current) markStopped(message.id);
      wasStopped.current = false;
      onAnswered();
    },
  });
  const { setMessages, sendMessage, regenerate: askAgain, stop: leave } = chat;
  const wasStopped = useRef(false);

  const markStopped = (answerId: string) =>
    setMessages((now) =>
      now.map((each) => (each.id === answerId ? { ...each, metadata: { ...each.metadata, status: "stopped" } } : each)),
    );

  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);

  /** What the service has kept, until nothing is being made any more. */
  const catchUp = useCallback(async (): Promise<void> => {
    try {
      while (alive.current) {
        const kept = await openConversation(id);
        if (!alive.current) return;
        setMessages(kept.messages);
        setElsewhere(kept.conversation.answering);
        setOpening("open");
        if (!kept.conversation.answering) break;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
      setStopping(false);
      onAnswered();
    } catch (error) {
      const found = asProblem(error);
      setElsewhere(false);
      if (found.code === "not_found") setOpening("missing");
      else setProblem(found);
    }
  }, [id, setMessages, onAnswered]);

  useEffect(() => {
    if (!isNew) void catchUp();
  }, [isNew, catchUp]);

  const ask = useCallback(
    (question: string) => {
      setProblem(null);
      void sendMessage({ text: question });
    },
    [sendMessage],
  );

  const regenerate = useCallback(() => {
    setProblem(null);
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
    const wasCut = problem?.code === "cut" || problem?.code === "unreachable" || problem?.code === "offline";
    setProblem(null);
    if (!last || opening === "opening") void catchUp();
    else if (last.role === "user") {
      const question = last.parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
      void sendMessage({ text: question, messageId: last.id });
    } else if (wasCut && !dataOf(last, "failure")) void catchUp();
    else void askAgain();
  }, [chat.messages, problem, opening, catchUp, sendMessage, askAgain]);

  return {
    messages: chat.messages,
    state: stateOf(opening, elsewhere, chat.status),
    stopping,
    status,
    problem,
    ask,
    regenerate,
    stop,
    retry,
  };
}

function stateOf(opening: string, elsewhere: boolean, status: string): Answering["state"] {
  if (opening !== "open") return opening as "opening" | "missing";
  if (status === "submitted") return "asked";
  if (status === "streaming") return "streaming";
  return elsewhere ? "elsewhere" : "idle";
}
