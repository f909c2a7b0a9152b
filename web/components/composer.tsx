import { ArrowUp, Square } from "lucide-react";
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { LONGEST_QUESTION, questionBytes } from "@/lib/question";
import { text } from "@/lib/strings";

const words = text.chat;

interface ComposerProps {
  busy: boolean;
  stopping: boolean;
  onAsk: (question: string) => void;
  onStop: () => void;
}

/** Where a question is typed. Checks it here, so that nothing leaves that the service would refuse. */
export function Composer({ busy, stopping, onAsk, onStop }: ComposerProps) {
  const [question, setQuestion] = useState("");
  const area = useRef<HTMLTextAreaElement>(null);
  const bytes = questionBytes(question);
  const tooLong = bytes > LONGEST_QUESTION;

  useEffect(() => {
    if (window.matchMedia("(pointer: fine)").matches) area.current?.focus();
  }, []);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (busy || bytes === 0 || tooLong) return;
    onAsk(question.trim());
    setQuestion("");
  }

  function key(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    submit(event);
  }

  return (
    <form
      onSubmit={submit}
      className="rounded-3xl border border-line bg-surface p-2 shadow-float transition-colors focus-within:border-accent/60"
    >
      <div className="flex items-end gap-2">
        <label className="sr-only" htmlFor="question">
          {words.placeholder}
        </label>
        <textarea
          id="question"
          ref={area}
          rows={1}
          value={question}
          placeholder={words.placeholder}
          onChange={(event) => setQuestion(event.target.value)}
          onKeyDown={key}
          aria-invalid={tooLong || undefined}
          aria-describedby={tooLong ? "question-problem" : undefined}
          className="field-sizing-content max-h-48 min-h-10 flex-1 resize-none bg-transparent px-3 py-2 text-base leading-6 outline-none placeholder:text-muted"
        />
        {busy ? (
          <button
            type="button"
            onClick={onStop}
            disabled={stopping}
            className="button-quiet shrink-0"
            aria-label={words.stop}
          >
            <Square className="size-3 fill-current" aria-hidden="true" />
            <span aria-hidden="true">{stopping ? words.stopping : words.stop}</span>
          </button>
        ) : (
          <button
            type="submit"
            disabled={bytes === 0 || tooLong}
            aria-label={words.send}
            className="inline-flex size-10 shrink-0 items-center justify-center rounded-full bg-accent text-on-accent transition-colors hover:bg-accent-strong disabled:bg-sunken disabled:text-muted"
          >
            <ArrowUp className="size-5" />
          </button>
        )}
      </div>
      {tooLong && (
        <p id="question-problem" role="alert" className="px-3 pt-1 pb-1.5 text-sm text-bad">
          {words.tooLong(bytes, LONGEST_QUESTION)}
        </p>
      )}
    </form>
  );
}
