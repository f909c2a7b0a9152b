import type { DynamicToolUIPart, ToolUIPart } from "ai";
import { ChevronRight, CircleAlert, Search } from "lucide-react";
import { SliceTable } from "@/components/slice-table";
import { useAccount } from "@/lib/account";
import * as format from "@/lib/format";
import { isSlice } from "@/lib/slices";
import { text } from "@/lib/strings";

const words = text.tools;
const DAY = /^\d{4}-\d\d-\d\d$/;

/** A look-up that the model made: one line, which opens to what it asked for and the rows it got. */
export function ToolStep({ name, part }: { name: string; part: ToolUIPart | DynamicToolUIPart }) {
  const running = part.state === "input-streaming" || part.state === "input-available";
  const failed = part.state === "output-error";
  const Icon = failed ? CircleAlert : Search;
  return (
    <details className="group/step">
      <summary className="inline-flex max-w-full items-center gap-2 rounded-lg py-1 pr-2 text-sm text-muted transition-colors hover:text-ink">
        <ChevronRight className="size-3.5 shrink-0 transition-transform group-open/step:rotate-90" aria-hidden="true" />
        <Icon
          className={`size-4 shrink-0 ${failed ? "text-bad" : running ? "breathing text-accent" : ""}`}
          aria-hidden="true"
        />
        <span className="truncate">
          {running ? words.running : failed ? words.failed : (words.names[name] ?? name)}
        </span>
      </summary>
      <div className="mt-2 ml-1.75 flex flex-col gap-3 border-l border-line pb-1 pl-4 text-sm">
        <Arguments given={part.input} />
        {part.state === "output-error" && <p className="text-bad">{part.errorText}</p>}
        {part.state === "output-available" && isSlice(part.output) && <SliceTable slice={part.output} />}
      </div>
    </details>
  );
}

function Arguments({ given }: { given: unknown }) {
  const currency = useAccount().data?.restaurant.currency ?? "";
  if (!given || typeof given !== "object") return null;
  const entries = Object.entries(given).filter(([, value]) => value !== null);
  if (entries.length === 0) return null;
  return (
    <dl className="flex flex-wrap gap-x-5 gap-y-1" aria-label={words.asked}>
      {entries.map(([key, value]) => (
        <div key={key} className="flex gap-1.5">
          <dt className="text-muted">{key.replaceAll("_", " ")}</dt>
          <dd className="tabular">{shown(value, currency)}</dd>
        </div>
      ))}
    </dl>
  );
}

function shown(value: unknown, currency: string): string {
  if (typeof value === "string") return DAY.test(value) ? format.day(value, currency) : value;
  return JSON.stringify(value);
}
