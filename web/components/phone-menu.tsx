import { X } from "lucide-react";
import { Dialog } from "radix-ui";
import type { RefObject } from "react";
import { Sidebar } from "@/components/sidebar";
import { text } from "@/lib/strings";

/** On a phone: what the wide screen shows beside the page. Fetched when it is first opened. */
export default function PhoneMenu({
  button,
  onClose,
}: {
  button: RefObject<HTMLButtonElement | null>;
  onClose: () => void;
}) {
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        {/* Not Radix's own overlay: it would put a style element into the page, which the policy forbids. */}
        <div className="fixed inset-0 z-30 bg-ink/30 dark:bg-black/60" />
        <Dialog.Content
          className="fixed inset-y-0 left-0 z-40 w-80 max-w-[86vw] bg-paper shadow-float outline-none"
          aria-describedby={undefined}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            button.current?.focus();
          }}
        >
          <Dialog.Title className="sr-only">{text.navigation.label}</Dialog.Title>
          <Dialog.Close className="icon-button absolute top-3 right-3 z-10" aria-label={text.navigation.close}>
            <X className="size-5" />
          </Dialog.Close>
          <Sidebar />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
