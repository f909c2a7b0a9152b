import { ToggleGroup } from "radix-ui";
import { useState } from "react";
import { Bars } from "@/components/bars";
import { Card } from "@/components/card";
import type { Range } from "@/lib/range";
import type { Slice } from "@/lib/slices";
import { text } from "@/lib/strings";
import { useNumbers } from "@/lib/use-numbers";

const words = text.home.menu;
type By = "quantity" | "revenue";

export function MenuCard({ range }: { range: Range }) {
  const [by, setBy] = useState<By>("quantity");
  const answer = useNumbers<Slice>(`/menu/top?start=${range.start}&end=${range.end}&by=${by}&limit=8`);
  return (
    <Card
      title={words.title}
      aside={<ByPicker by={by} onChange={setBy} />}
      answer={answer}
      height="min-h-96"
      empty={words.empty}
      isEmpty={(slice) => slice.rows.length === 0}
    >
      {(slice) => <Bars rows={slice.rows} currency={slice.currency} by={by} />}
    </Card>
  );
}

function ByPicker({ by, onChange }: { by: By; onChange: (by: By) => void }) {
  return (
    <ToggleGroup.Root
      type="single"
      value={by}
      onValueChange={(chosen) => chosen && onChange(chosen as By)}
      aria-label={words.title}
      className="flex gap-1"
    >
      <Choice value="quantity">{words.byQuantity}</Choice>
      <Choice value="revenue">{words.byRevenue}</Choice>
    </ToggleGroup.Root>
  );
}

function Choice({ value, children }: { value: By; children: string }) {
  return (
    <ToggleGroup.Item
      value={value}
      className="h-8 rounded-full px-3 text-xs text-muted transition-colors hover:text-ink data-[state=on]:bg-sunken data-[state=on]:font-medium data-[state=on]:text-ink"
    >
      {children}
    </ToggleGroup.Item>
  );
}
