import { CircleAlert, Info } from "lucide-react";
import type { ReactNode } from "react";

const TONES = { bad: "bg-bad-soft text-bad", warn: "bg-warn-soft text-warn", plain: "bg-sunken text-muted" };

/** One plain sentence about something that went wrong or is worth knowing, with what can be done about it. */
export function Notice({
  tone,
  children,
  action,
}: {
  tone: keyof typeof TONES;
  children: ReactNode;
  action?: ReactNode;
}) {
  const Icon = tone === "plain" ? Info : CircleAlert;
  return (
    <div
      role={tone === "plain" ? "status" : "alert"}
      className={`rising flex flex-wrap items-center gap-x-3 gap-y-2 rounded-xl px-3.5 py-2.5 text-sm ${TONES[tone]}`}
    >
      <Icon className="size-4 shrink-0" aria-hidden="true" />
      <div className="min-w-0 flex-1 basis-48">{children}</div>
      {action}
    </div>
  );
}
