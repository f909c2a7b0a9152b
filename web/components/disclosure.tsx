import dynamic from "next/dynamic";
import { type ReactNode, useRef, useState } from "react";
import { LoadingOver } from "@/components/loading-part";

const Floating = dynamic(() => import("@/components/floating"), {
  ssr: false,
  loading: ({ error, retry }) => <LoadingOver error={error} onRetry={retry} />,
});

interface DisclosureProps {
  label: string;
  /** A button without words says them aloud. */
  named?: boolean;
  side: "top" | "bottom";
  className: string;
  size?: string;
  button: ReactNode;
  children: ReactNode;
}

/** A button that shows something beside itself, until it is pressed again, Escape, or a click elsewhere. */
export function Disclosure({ label, named = false, side, className, size, button, children }: DisclosureProps) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button
        ref={anchor}
        type="button"
        className={className}
        aria-haspopup="dialog"
        aria-expanded={open}
        {...(named ? {} : { "aria-label": label, title: label })}
        onClick={() => setOpen(!open)}
      >
        {button}
      </button>
      {open && (
        <Floating
          anchor={anchor}
          label={label}
          side={side}
          align="start"
          className={size}
          takesFocus
          onClose={() => setOpen(false)}
        >
          {children}
        </Floating>
      )}
    </>
  );
}
