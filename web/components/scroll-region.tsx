import type { ReactNode } from "react";

/** What may scroll sideways, reachable by keyboard for that. */
export function ScrollRegion({
  label,
  className,
  children,
}: {
  label: string;
  className: string;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form, and a section would be a landmark
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it with the arrow keys
    <div role="group" className={`overflow-x-auto ${className}`} tabIndex={0} aria-label={label}>
      {children}
    </div>
  );
}
