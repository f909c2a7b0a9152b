import { Notice } from "@/components/notice";
import { text } from "@/lib/strings";

interface LoadingProps {
  error?: Error | null;
  onRetry?: () => void;
}

/** Stands where a part of the page is still being fetched; says so when it did not come. */
export function LoadingPart({ error, onRetry }: LoadingProps) {
  if (!error) return <div className="min-h-0 flex-1" aria-busy="true" />;
  return (
    <div className="mx-auto w-full max-w-3xl flex-1 px-4 pt-8">
      <NotLoaded onRetry={onRetry} />
    </div>
  );
}

/** The same for what opens over the page on request, and has no place in it. */
export function LoadingOver({ error, onRetry }: LoadingProps) {
  if (!error) return null;
  return (
    <div className="fixed inset-x-0 bottom-5 z-50 flex justify-center px-4">
      <NotLoaded onRetry={onRetry} />
    </div>
  );
}

function NotLoaded({ onRetry }: Pick<LoadingProps, "onRetry">) {
  return (
    <Notice
      tone="bad"
      action={
        <button type="button" className="button-quiet h-9" onClick={onRetry}>
          {text.chat.retry}
        </button>
      }
    >
      {text.failures.page}
    </Notice>
  );
}
