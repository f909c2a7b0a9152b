import { ArrowUp, CornerUpLeft, Square } from "lucide-react";
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { draftOf, joined, keepDraft, takeDraft } from "@/lib/drafts";
import { LONGEST_QUESTION, questionBytes } from "@/lib/question";
import { text } from "@/lib/strings";

const words = text.chat;

interface ComposerProps {
  /** Whose draft it shows; NOWHERE for a conversation that has not begun. */
  conversation: string;
  /** Something is being answered, or fetched: a question that is sent now waits for that. */
  busy: boolean;
  stoppable: boolean;
  stopping: boolean;
  waiting: string[];
  onTakeBack: (place: number) => string;
  onAsk: (question: string) => void;
  onStop: () => void;
}

/** Where a question is typed. Checks it here, so that nothing leaves that the service would refuse. */
export function Composer(props: ComposerProps) {
  const { conversation, busy, stoppable, stopping, waiting, onTakeBack, onAsk, onStop } = props;
  const [question, setQuestion] = useDraft(conversation);
  const area = useRef<HTMLTextAreaElement>(null);
  const bytes = questionBytes(question);
  const tooLong = bytes > LONGEST_QUESTION;

  useEffect(() => {
    if (window.matchMedia("(pointer: fine)").matches) area.current?.focus();
  }, []);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (bytes === 0 || tooLong) return;
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
      <Waiting questions={waiting} onTakeBack={(place) => setQuestion(joined(onTakeBack(place), question))} />
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
        {stoppable && (
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
        )}
        {(!stoppable || bytes > 0) && (
          <button
            type="submit"
            disabled={bytes === 0 || tooLong}
            aria-label={busy ? words.sendNext : words.send}
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

/** What is typed here, kept for as long as the page lives when the reader goes elsewhere. */
function useDraft(conversation: string): [string, (question: string) => void] {
  const [question, setQuestion] = useState(() => draftOf(conversation));
  const latest = useRef({ conversation, question });
  latest.current = { conversation, question };

  useEffect(() => {
    takeDraft(latest.current.conversation);
    return () => keepDraft(latest.current.conversation, latest.current.question);
  }, []);

  return [question, setQuestion];
}

/** Sent while another was being answered: to be seen, and to be taken back. */
function Waiting({ questions, onTakeBack }: { questions: string[]; onTakeBack: (place: number) => void }) {
  if (questions.length === 0) return null;
  return (
    <ul aria-label={words.next} className="flex flex-col px-3 pt-1 pb-1.5">
      {questions.map((question, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same question may wait twice
        <li key={place} className="flex items-center gap-2 text-sm text-muted">
          <span className="breathing size-2 shrink-0 rounded-full bg-accent" aria-hidden="true" />
          <span className="shrink-0">{words.next}:</span>
          <span className="min-w-0 flex-1 truncate text-ink">{question}</span>
          <button
            type="button"
            className="icon-button size-8"
            onClick={() => onTakeBack(place)}
            aria-label={words.takeBack}
            title={words.takeBack}
          >
            <CornerUpLeft className="size-4" />
          </button>
        </li>
      ))}
    </ul>
  );
}
