import { useEffect, useState } from "react";
import { answerText, type Message } from "@/lib/messages";
import { text } from "@/lib/strings";

/** A screen reader hears an answer once, whole, when it is finished; never its single tokens. */
export function AnswerAnnouncement({ messages, busy }: { messages: Message[]; busy: boolean }) {
  const [said, setSaid] = useState("");
  const [wasBusy, setWasBusy] = useState(false);

  useEffect(() => {
    if (busy) {
      setWasBusy(true);
      setSaid("");
    } else if (wasBusy) {
      setWasBusy(false);
      const last = messages.at(-1);
      const answer = last?.role === "assistant" ? answerText(last) : "";
      if (answer) setSaid(text.chat.announced(answer.replace(/[*_`#|]/g, "")));
    }
  }, [busy, wasBusy, messages]);

  return (
    <div className="sr-only" aria-live="polite" data-testid="announcement">
      {said}
    </div>
  );
}
