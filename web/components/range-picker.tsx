import { ToggleGroup } from "radix-ui";
import { useId, useState } from "react";
import { isRange, type Range, type RangeName, rangeOf } from "@/lib/range";
import { text } from "@/lib/strings";

const words = text.home;
const NAMES: RangeName[] = ["week", "month", "quarter", "year", "custom"];

export function RangePicker({ today, onChange }: { today: string; onChange: (range: Range) => void }) {
  const [name, setName] = useState<RangeName>("month");
  const [custom, setCustom] = useState<Range>(rangeOf("month", today));
  const wrong = name === "custom" && !isRange(custom);

  function choose(chosen: RangeName) {
    setName(chosen);
    if (chosen === "custom") return;
    const range = rangeOf(chosen, today);
    setCustom(range);
    onChange(range);
  }

  function chooseDays(range: Range) {
    setCustom(range);
    if (isRange(range)) onChange(range);
  }

  return (
    <div className="flex max-w-full flex-col items-start gap-2 sm:items-end">
      <ToggleGroup.Root
        type="single"
        value={name}
        aria-label={words.range}
        onValueChange={(chosen) => chosen && choose(chosen as RangeName)}
        className="flex max-w-full overflow-x-auto rounded-full border border-line bg-surface p-1"
      >
        {NAMES.map((each) => (
          <ToggleGroup.Item
            key={each}
            value={each}
            className="h-8 rounded-full px-2.5 text-sm sm:px-3.5 whitespace-nowrap text-muted transition-colors hover:text-ink data-[state=on]:bg-ink data-[state=on]:text-paper"
          >
            {words.ranges[each]}
          </ToggleGroup.Item>
        ))}
      </ToggleGroup.Root>
      {name === "custom" && (
        <div className="flex flex-wrap items-center gap-3 text-sm">
          <DayField
            label={words.from}
            value={custom.start}
            most={today}
            onChange={(start) => chooseDays({ ...custom, start })}
          />
          <DayField
            label={words.to}
            value={custom.end}
            most={today}
            onChange={(end) => chooseDays({ ...custom, end })}
          />
        </div>
      )}
      {wrong && (
        <p role="alert" className="text-sm text-bad">
          {words.badRange}
        </p>
      )}
    </div>
  );
}

function DayField(props: { label: string; value: string; most: string; onChange: (day: string) => void }) {
  const id = useId();
  return (
    <span className="flex items-center gap-2">
      <label htmlFor={id} className="text-muted">
        {props.label}
      </label>
      <input
        id={id}
        type="date"
        value={props.value}
        max={props.most}
        onChange={(event) => props.onChange(event.target.value)}
        className="h-9 rounded-lg border border-line bg-surface px-2"
      />
    </span>
  );
}
