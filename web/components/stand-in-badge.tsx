import { FlaskConical } from "lucide-react";
import { Disclosure } from "@/components/disclosure";
import { text } from "@/lib/strings";

/** Says of an answer that no model made it. */
export function StandInBadge() {
  const button = (
    <>
      <FlaskConical className="size-3" aria-hidden="true" />
      {text.chat.standIn}
    </>
  );
  return (
    <Disclosure
      label={text.chat.standIn}
      named
      side="bottom"
      size="w-72 leading-5"
      button={button}
      className="inline-flex h-6 items-center gap-1.5 self-start rounded-full border border-line px-2.5 text-xs font-medium text-muted transition-colors hover:bg-sunken hover:text-ink"
    >
      {text.chat.standInWhy}
    </Disclosure>
  );
}
