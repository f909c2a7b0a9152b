import type { ReactNode } from "react";
import { text } from "@/lib/strings";

interface CardProps<Data> {
  title: string;
  aside?: ReactNode;
  answer: { data: Data | undefined; error: Error | undefined; retry: () => void };
  isEmpty: (data: Data) => boolean;
  empty: string;
  /** Reserves the room that the content will take. */
  height: string;
  children: (data: Data) => ReactNode;
}

/** One card of numbers, in each of its four states. A failure leaves what was there before in sight. */
export function Card<Data>({ title, aside, answer, isEmpty, empty, height, children }: CardProps<Data>) {
  const { data, error } = answer;
  return (
    <section aria-label={title} className="card flex min-w-0 flex-col p-5 md:p-6">
      <div className="mb-4 flex min-h-8 items-center justify-between gap-3">
        <h2 className="text-sm font-medium text-muted">{title}</h2>
        {aside}
      </div>
      <div className={`flex flex-1 flex-col ${height}`}>
        {error && !data ? (
          <Failed sentence={error.message} onRetry={answer.retry} />
        ) : data === undefined ? (
          <div className="breathing flex-1 rounded-xl bg-sunken" role="status" aria-label={text.home.loading(title)} />
        ) : isEmpty(data) ? (
          <p className="m-auto text-sm text-muted">{empty}</p>
        ) : (
          children(data)
        )}
      </div>
    </section>
  );
}

function Failed({ sentence, onRetry }: { sentence: string; onRetry: () => void }) {
  return (
    <div role="alert" className="m-auto flex max-w-xs flex-col items-center gap-3 text-center text-sm">
      <p>{sentence}</p>
      <button type="button" className="button-quiet h-9" onClick={onRetry}>
        {text.home.retry}
      </button>
    </div>
  );
}
