import { Pencil, Trash2 } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { RefObject } from "react";
import { text } from "@/lib/strings";

const words = text.conversations;

interface MenuProps {
  /** The button that opened it, which gets the focus back. */
  button: RefObject<HTMLButtonElement | null>;
  label: string;
  onRename: () => void;
  onDelete: () => void;
  onClose: () => void;
}

/** What can be done with a conversation. Fetched when the first one is opened; stands over its button. */
export default function ConversationMenu({ button, label, onRename, onDelete, onClose }: MenuProps) {
  return (
    <DropdownMenu.Root open modal={false} onOpenChange={(open) => !open && onClose()}>
      <DropdownMenu.Trigger asChild>
        <span className="pointer-events-none absolute inset-0" aria-hidden="true" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          aria-label={label}
          aria-labelledby={undefined}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            button.current?.focus();
          }}
          onPointerDownOutside={(event) => {
            if (event.target instanceof Node && button.current?.contains(event.target)) event.preventDefault();
          }}
          className="z-50 min-w-36 rounded-xl border border-line bg-surface p-1 shadow-float outline-none"
        >
          <DropdownMenu.Item className="menu-item" onSelect={onRename}>
            <Pencil className="size-4 text-muted" /> {words.rename}
          </DropdownMenu.Item>
          <DropdownMenu.Item className="menu-item text-bad" onSelect={onDelete}>
            <Trash2 className="size-4" /> {words.remove}
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
