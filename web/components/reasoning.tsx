import { Brain, ChevronRight } from "lucide-react";
import { text } from "@/lib/strings";

/** What the model thought before it answered, folded. The arrow stands first: behind words that change it would move. */
export function Reasoning({ thought, live }: { thought: string; live: boolean }) {
  return (
    <details className="group/thought">
      <summary className="inline-flex items-center gap-2 rounded-lg py-1 pr-2 text-sm text-muted transition-colors hover:text-ink">
        <ChevronRight className="size-3.5 transition-transform group-open/thought:rotate-90" aria-hidden="true" />
        <Brain className={`size-4 ${live ? "breathing text-accent" : ""}`} aria-hidden="true" />
        {live ? text.chat.thinking : text.chat.thought}
      </summary>
      <p className="mt-1 ml-1.75 border-l border-line pl-4 text-sm leading-6 whitespace-pre-wrap text-muted">
        {thought}
      </p>
    </details>
  );
}
