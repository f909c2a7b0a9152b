/** The reader's own conversations: the list, and what can be done to one. */
import { useCallback } from "react";
import useSWRInfinite from "swr/infinite";
import { getJson, sendJson } from "@/lib/api";
import type { Message } from "@/lib/messages";
import { useSignedIn } from "@/lib/session";

export interface Conversation {
  id: string;
  title: string;
  createdAt: string;
  updatedAt: string;
  turns: number;
  answering: boolean;
}

interface Page {
  conversations: Conversation[];
  nextCursor: string | null;
}

export interface WholeConversation {
  conversation: Conversation;
  messages: Message[];
}

const PAGE = 30;

const path = (id: string): string => `/chat/conversations/${encodeURIComponent(id)}`;

export function openConversation(id: string): Promise<WholeConversation> {
  return getJson<WholeConversation>(path(id));
}

export function useConversations() {
  const signedIn = useSignedIn();
  const found = useSWRInfinite<Page, Error>(
    (index: number, previous: Page | null) => {
      if (!signedIn || (previous && !previous.nextCursor)) return null;
      const cursor = index && previous?.nextCursor ? `&cursor=${encodeURIComponent(previous.nextCursor)}` : "";
      return `/chat/conversations?limit=${PAGE}${cursor}`;
    },
    getJson,
    { revalidateFirstPage: true, revalidateAll: false },
  );
  const { mutate, setSize } = found;

  /** Changes what is shown at once, then on the service; what is shown comes from the service after that. */
  const change = useCallback(
    async (id: string, shown: (conversation: Conversation) => Conversation | null, send: () => Promise<void>) => {
      const changed = (pages: Page[] | undefined): Page[] => (pages ?? []).map((page) => apply(page, id, shown));
      await mutate(changed, { revalidate: false });
      await send().finally(() => mutate());
    },
    [mutate],
  );

  return {
    conversations: found.data?.flatMap((page) => page.conversations) ?? [],
    isLoading: found.isLoading,
    error: found.error,
    hasMore: Boolean(found.data?.at(-1)?.nextCursor),
    showOlder: useCallback(() => setSize((size) => size + 1), [setSize]),
    refresh: useCallback(() => mutate(), [mutate]),
    rename: useCallback(
      (id: string, title: string) =>
        change(
          id,
          (conversation) => ({ ...conversation, title }),
          () => sendJson("PATCH", path(id), { title }),
        ),
      [change],
    ),
    remove: useCallback(
      (id: string) =>
        change(
          id,
          () => null,
          () => sendJson("DELETE", path(id)),
        ),
      [change],
    ),
  };
}

function apply(page: Page, id: string, shown: (conversation: Conversation) => Conversation | null): Page {
  const conversations = page.conversations.flatMap((each) => {
    if (each.id !== id) return [each];
    const changed = shown(each);
    return changed ? [changed] : [];
  });
  return { ...page, conversations };
}
