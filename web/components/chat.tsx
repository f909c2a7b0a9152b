import dynamic from "next/dynamic";
import Link from "next/link";
import { useRouter } from "next/router";
import { useCallback, useEffect } from "react";
import { AnswerAnnouncement } from "@/components/answer-announcement";
import { Composer } from "@/components/composer";
import { LoadingPart } from "@/components/loading-part";
import { Suggestions } from "@/components/suggestions";
import { useConversations } from "@/lib/conversations";
import { NOWHERE } from "@/lib/drafts";
import { takeQuestion } from "@/lib/first-question";
import { text } from "@/lib/strings";
import { useAnswering } from "@/lib/use-answering";

const words = text.chat;

/** What shows answers is heavy, and an empty chat has none: it is fetched while the reader still types. */
const loadLog = () => import("@/components/log");
const Log = dynamic(loadLog, {
  ssr: false,
  loading: ({ error, retry }) => <LoadingPart error={error} onRetry={retry} />,
});

export function Chat({ id, isNew }: { id: string; isNew: boolean }) {
  const router = useRouter();
  const { refresh } = useConversations();
  const onAnswered = useCallback(() => void refresh(), [refresh]);
  const chat = useAnswering(id, isNew, onAnswered);
  const { ask } = chat;

  const askHere = useCallback(
    (question: string) => {
      ask(question);
      if (router.query.c !== id)
        void router.replace({ pathname: "/ask", query: { c: id } }, undefined, { shallow: true });
    },
    [ask, router, id],
  );

  useEffect(() => {
    const left = isNew ? takeQuestion() : null;
    if (left) askHere(left);
  }, [isNew, askHere]);

  useEffect(() => {
    void loadLog();
  }, []);

  if (chat.state === "missing") return <Missing />;
  const empty = chat.messages.length === 0 && chat.state === "idle" && !chat.problem;
  return (
    <div className="flex h-full flex-col">
      {empty ? <Beginning onAsk={askHere} /> : <Log chat={chat} />}
      <div
        className={`mx-auto w-full max-w-3xl px-4 pb-[max(0.75rem,env(safe-area-inset-bottom))] ${empty ? "md:pb-6" : ""}`}
      >
        <Composer
          conversation={router.query.c === id ? id : NOWHERE}
          busy={chat.state !== "idle"}
          stoppable={chat.state === "asked" || chat.state === "streaming" || chat.state === "elsewhere"}
          stopping={chat.stopping}
          waiting={chat.waiting}
          onTakeBack={chat.takeBack}
          onAsk={askHere}
          onStop={chat.stop}
        />
        <p className="pt-2 text-center text-xs text-muted">{words.privacy}</p>
      </div>
      <AnswerAnnouncement messages={chat.messages} busy={chat.state !== "idle"} />
    </div>
  );
}

function Beginning({ onAsk }: { onAsk: (question: string) => void }) {
  return (
    <div className="mx-auto flex w-full max-w-3xl min-h-0 flex-1 flex-col justify-center gap-7 overflow-y-auto px-4 py-8">
      <div className="flex flex-col gap-2">
        <h1 className="font-serif text-3xl tracking-tight md:text-4xl">{words.heading}</h1>
        <p className="text-muted">{words.lead}</p>
      </div>
      <Suggestions onAsk={onAsk} />
    </div>
  );
}

function Missing() {
  return (
    <div className="mx-auto flex h-full max-w-md flex-col justify-center gap-5 px-6">
      <p className="font-serif text-2xl">{words.missing}</p>
      <Link href="/ask" className="button-main self-start">
        {words.newOne}
      </Link>
    </div>
  );
}
