import { ArrowRight } from "lucide-react";
import { useRouter } from "next/router";
import { type FormEvent, useEffect, useRef } from "react";
import { FROM_HOME, keepDraft, takeDraft } from "@/lib/drafts";
import { leaveQuestion } from "@/lib/first-question";
import { LONGEST_QUESTION, questionBytes } from "@/lib/question";
import { text } from "@/lib/strings";

/** A question typed beside the numbers opens a conversation with it. */
export function AskFromHome() {
  const router = useRouter();
  const input = useRef<HTMLInputElement>(null);

  useEffect(() => {
    const field = input.current;
    if (field) field.value = takeDraft(FROM_HOME) || field.value;
    return () => keepDraft(FROM_HOME, field?.value ?? "");
  }, []);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const question = String(new FormData(event.currentTarget).get("question") ?? "").trim();
    const bytes = questionBytes(question);
    if (bytes === 0 || bytes > LONGEST_QUESTION) return;
    leaveQuestion(question);
    event.currentTarget.reset();
    void router.push("/ask");
  }

  return (
    <form onSubmit={submit} className="relative">
      <input
        ref={input}
        name="question"
        autoComplete="off"
        aria-label={text.home.askPlaceholder}
        placeholder={text.home.askPlaceholder}
        className="field h-13 rounded-full pr-14 pl-5"
      />
      <button
        type="submit"
        aria-label={text.chat.send}
        className="absolute top-1.5 right-1.5 inline-flex size-10 items-center justify-center rounded-full bg-accent text-on-accent hover:bg-accent-strong"
      >
        <ArrowRight className="size-5" />
      </button>
    </form>
  );
}
