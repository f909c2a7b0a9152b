import { text } from "@/lib/strings";

export function Brand() {
  return (
    <span className="inline-flex items-center gap-2.5">
      <svg viewBox="0 0 32 32" className="size-7" aria-hidden="true">
        <rect width="32" height="32" rx="9" className="fill-accent" />
        <path
          d="M7.5 20.5a8.5 8.5 0 0 1 17 0M5.5 24h21M16 12V9.5"
          className="fill-none stroke-on-accent"
          strokeWidth="2.5"
          strokeLinecap="round"
        />
      </svg>
      <span className="font-serif text-xl font-medium tracking-tight">{text.product}</span>
    </span>
  );
}
