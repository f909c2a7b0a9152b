import { dataOf, type Message } from "@/lib/messages";
import { text } from "@/lib/strings";

const words = text.usage;

/** What an answer cost and took, and as whom its rows were read. */
export function AnswerDetails({ message }: { message: Message }) {
  const usage = dataOf(message, "usage");
  const isolation = dataOf(message, "isolation");
  const checkpoints = dataOf(message, "checkpoints") ?? [];
  const at = (name: string): string => {
    const ms = checkpoints.find((each) => each.name === name)?.at_ms;
    return ms === null || ms === undefined ? words.none : words.milliseconds(ms);
  };
  const active = isolation?.tables.filter((each) => each.row_security_active).length ?? 0;
  const found: [string, string][] = [
    [words.firstToken, at("bedrock")],
    [words.whole, at("stream_back")],
    [words.tokens, usage ? words.tokensValue(usage.inputTokens, usage.outputTokens) : words.none],
    [words.cost, usage?.costUsd ? `$${usage.costUsd}` : words.none],
    [words.calls, usage ? String(usage.modelCalls) : words.none],
    [words.model, message.metadata?.model ?? words.none],
    [
      words.prompt,
      `${message.metadata?.promptVersion ?? ""} ${message.metadata?.promptHash ?? ""}`.trim() || words.none,
    ],
    [words.isolation, isolation ? words.isolationValue(isolation.database_user, active) : words.none],
  ];
  return (
    <dl className="tabular grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
      {found.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="text-right wrap-anywhere">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
