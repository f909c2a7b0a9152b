import { Popover } from "radix-ui";
import type { ReactNode, RefObject } from "react";

export interface FloatingProps {
  /** What it stands beside. Clicking that does not count as clicking outside. */
  anchor: RefObject<HTMLElement | null>;
  label: string;
  side: "top" | "bottom";
  align?: "start" | "center";
  className?: string;
  /** Takes the focus when it opens and gives it back when it closes. */
  takesFocus?: boolean;
  onClose: () => void;
  onPointerEnter?: () => void;
  onPointerLeave?: () => void;
  children: ReactNode;
}

/** A small window beside something, on request: fetched when the first one is asked for. */
export default function Floating({ anchor, onClose, takesFocus = false, ...props }: FloatingProps) {
  return (
    <Popover.Root open onOpenChange={(open) => !open && onClose()}>
      <Popover.Anchor virtualRef={anchor as RefObject<HTMLElement>} />
      <Popover.Portal>
        <Popover.Content
          side={props.side}
          align={props.align ?? "center"}
          sideOffset={6}
          collisionPadding={12}
          aria-label={props.label}
          onOpenAutoFocus={(event) => {
            if (!takesFocus) event.preventDefault();
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (takesFocus) anchor.current?.focus();
          }}
          onFocusOutside={(event) => {
            if (!takesFocus) event.preventDefault();
          }}
          onPointerDownOutside={(event) => {
            const { target } = event;
            const isFigure = !takesFocus && target instanceof Element && target.closest("[data-figure]") !== null;
            if (isFigure || (target instanceof Node && anchor.current?.contains(target))) event.preventDefault();
          }}
          onPointerEnter={props.onPointerEnter}
          onPointerLeave={props.onPointerLeave}
          className={`rising z-40 max-w-[calc(100vw-1.5rem)] rounded-2xl border border-line bg-surface p-4 text-sm shadow-float outline-none ${props.className ?? "w-80"}`}
        >
          {props.children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
