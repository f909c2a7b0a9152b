import { FlaskConical } from "lucide-react";
import { Popover } from "radix-ui";
import { text } from "@/lib/strings";

/** Says of an answer that no model made it. */
export function StandInBadge() {
  return (
    <Popover.Root>
      <Popover.Trigger className="inline-flex h-6 items-center gap-1.5 self-start rounded-full border border-line px-2.5 text-xs font-medium text-muted transition-colors hover:bg-sunken hover:text-ink">
        <FlaskConical className="size-3" aria-hidden="true" />
        {text.chat.standIn}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          side="bottom"
          align="start"
          sideOffset={6}
          collisionPadding={12}
          className="rising z-40 w-72 rounded-2xl border border-line bg-surface p-4 text-sm leading-5 shadow-float outline-none"
        >
          {text.chat.standInWhy}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
