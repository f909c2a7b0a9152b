import { text } from "@/lib/strings";
import { useSuggestions } from "@/lib/suggestions";

export function Suggestions({ onAsk }: { onAsk: (question: string) => void }) {
  const questions = useSuggestions();
  return (
    <ul aria-label={text.chat.suggestions} className="grid gap-2.5 sm:grid-cols-2">
      {questions.map((question, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a place keeps its button while its words arrive
        <li key={place}>
          <button
            type="button"
            onClick={() => onAsk(question)}
            className="card h-full w-full px-4 py-3 text-left text-sm leading-6 transition-colors hover:border-accent/50 hover:bg-accent-soft/50"
          >
            {question}
          </button>
        </li>
      ))}
    </ul>
  );
}
