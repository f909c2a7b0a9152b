/** The way of a question to the service: what is sent, and what becomes of a refusal. */
import { DefaultChatTransport } from "ai";
import { call, sendJson } from "@/lib/api";
import type { Message } from "@/lib/messages";

/** Only the last question goes on the way: the service knows the rest, and a web firewall refuses long bodies. */
export function askTransport(): DefaultChatTransport<Message> {
  return new DefaultChatTransport<Message>({
    api: "/ai/ask",
    fetch: (input, init) => call(input instanceof Request ? input : input.toString(), init),
    prepareSendMessagesRequest: ({ id, trigger, messageId, messages }) => {
      const question = messages.findLast((message) => message.role === "user");
      return { body: { id, trigger, messageId, messages: question ? [{ ...question, metadata: undefined }] : [] } };
    },
  });
}

/** Stops the model, not only the view: the service ends the turn and keeps what there is. */
export async function stopAnswer(conversationId: string): Promise<void> {
  await sendJson("POST", `/chat/conversations/${encodeURIComponent(conversationId)}/stop`);
}

/** An id that the service takes: letters, digits, hyphens. */
export function newId(): string {
  return crypto.randomUUID();
}
