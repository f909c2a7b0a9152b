import { ArrowDown } from "lucide-react";
import { memo, useEffect, useRef, useState } from "react";
import { Answer } from "@/components/answer";
import { Notice } from "@/components/notice";
import { dataOf, isSpeaking, type Message } from "@/lib/messages";
import { asProblem, Problem } from "@/lib/problem";
import { text } from "@/lib/strings";
import type { Answering } from "@/lib/use-answering";
import { useStickToEnd } from "@/lib/use-stick-to-end";

const words = text.chat;

/** The questions and answers of a conversation, and what it is waiting for. */
export default function Log({ chat }: { chat: Answering }) {
  const { scroller, atEnd, toEnd } = useStickToEnd(chat.messages, chat.messages[0]?.id);
  const last = chat.messages.at(-1);
  const failureShown = last ? dataOf(last, "failure") !== null : false;
  const live = chat.state === "asked" || chat.state === "streaming";
  const waiting = live ? !last || !isSpeaking(last) : chat.state === "elsewhere";
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        className="h-full overflow-y-auto"
        role="log"
        aria-label={words.log}
        aria-live="off"
        tabIndex={-1}
      >
        <h1 className="sr-only">{words.log}</h1>
        <ol className="mx-auto flex w-full max-w-3xl flex-col gap-7 px-4 pt-8 pb-10">
          {chat.state === "opening" && !chat.problem && <OpeningSkeleton />}
          {chat.showOlder && <Older onShow={chat.showOlder} />}
          {chat.messages.map((message) => (
            <Turn
              key={message.id}
              message={message}
              live={message === last && live}
              onRegenerate={message === last && chat.state === "idle" ? chat.regenerate : null}
            />
          ))}
          {waiting && (
            <li>
              <Waiting sentence={live ? (chat.status ?? words.waiting) : words.stillAnswering} />
            </li>
          )}
          {chat.problem && !failureShown && (
            <li>
              <ProblemNotice problem={chat.problem} onRetry={chat.retry} />
            </li>
          )}
        </ol>
      </div>
      {!atEnd && (
        <button
          type="button"
          onClick={toEnd}
          className="icon-button absolute bottom-2 left-1/2 -translate-x-1/2 border border-line bg-surface shadow-float"
          aria-label={words.latest}
        >
          <ArrowDown className="size-4" />
        </button>
      )}
    </div>
  );
}

/** A long conversation opens with its end. */
function Older({ onShow }: { onShow: () => Promise<void> }) {
  const [state, setState] = useState<"idle" | "fetching" | Problem>("idle");
  const failed = state instanceof Problem;
  const show = () => {
    setState("fetching");
    onShow().then(
      () => setState("idle"),
      (error: unknown) => setState(asProblem(error)),
    );
  };
  const button = (
    <button type="button" className="button-quiet h-9" onClick={show} disabled={state === "fetching"}>
      {failed ? words.retry : words.older}
    </button>
  );
  return (
    <li className="flex flex-col items-center">
      {failed ? (
        <Notice tone="bad" action={button}>
          {state.message}
        </Notice>
      ) : (
        button
      )}
    </li>
  );
}

interface TurnProps {
  message: Message;
  live: boolean;
  onRegenerate: (() => void) | null;
}

/** Kept as it is while another one comes: two hundred of them are looked at with every token. */
const Turn = memo(function Turn({ message, live, onRegenerate }: TurnProps) {
  return (
    <li className="turn">
      {message.role === "user" ? (
        <Question message={message} />
      ) : (
        <Answer message={message} live={live} onRegenerate={onRegenerate} />
      )}
    </li>
  );
});

function Question({ message }: { message: Message }) {
  return (
    <div className="flex justify-end">
      <div className="max-w-[85%] rounded-2xl rounded-br-md bg-sunken px-4 py-2.5 leading-6 wrap-break-word whitespace-pre-wrap">
        <span className="sr-only">{words.you}: </span>
        {message.parts.map((part) => (part.type === "text" ? part.text : "")).join("\n")}
      </div>
    </div>
  );
}

function Waiting({ sentence }: { sentence: string }) {
  return (
    <p className="flex items-center gap-2.5 text-muted">
      <span className="breathing size-2 rounded-full bg-accent" aria-hidden="true" />
      {sentence.replace(/\.$/, "")} …
    </p>
  );
}

function OpeningSkeleton() {
  return (
    <li className="flex flex-col gap-4" aria-label={words.loading}>
      <div className="breathing h-10 w-1/2 self-end rounded-2xl bg-sunken" />
      <div className="breathing h-24 rounded-2xl bg-sunken" />
    </li>
  );
}

/** When the service says how long to wait, the button waits with the reader. */
function ProblemNotice({ problem, onRetry }: { problem: Problem; onRetry: () => void }) {
  const left = useCountdown(problem);
  const retry = (
    <button type="button" className="button-quiet h-9" onClick={onRetry} disabled={left > 0}>
      {left > 0 ? `${words.retry} (${left})` : words.retry}
    </button>
  );
  return (
    <Notice tone={problem.code === "offline" ? "warn" : "bad"} action={retry}>
      {problem.message}
      {problem.incident && <span className="block text-xs opacity-80">{words.incident(problem.incident)}</span>}
    </Notice>
  );
}

function useCountdown(problem: Problem): number {
  const [left, setLeft] = useState(problem.retryAfter ?? 0);
  const shown = useRef(problem);
  useEffect(() => {
    if (shown.current !== problem) {
      shown.current = problem;
      setLeft(problem.retryAfter ?? 0);
    }
    const timer = window.setInterval(() => setLeft((now) => Math.max(now - 1, 0)), 1000);
    return () => window.clearInterval(timer);
  }, [problem]);
  return left;
}
