/** The reader's own conversations: the list, and what can be done to one. */
import { useCallback, useLayoutEffect, useRef } from "react";
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

export interface OpenedConversation {
  conversation: Conversation;
  messages: Message[];
  /** There are more before these: what to ask for them by. null at the beginning. */
  earlier: number | null;
}

const PAGE = 30;
/** Questions with their answers that are shown at once: older ones when they are asked for. */
const TURNS = 20;

const path = (id: string): string => `/chat/conversations/${encodeURIComponent(id)}`;

/** Its end, or what comes before a place that an earlier answer named. */
export function openConversation(id: string, before?: number): Promise<OpenedConversation> {
  return getJson<OpenedConversation>(`${path(id)}?last=${TURNS}${before === undefined ? "" : `&before=${before}`}`);
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

  /** What is changed on the way out, as a deletion that nobody took back is, has no list any more to be shown in. */
  const isShown = useRef(true);
  useLayoutEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
    };
  }, []);

  /** Changes what is shown at once, then on the service; what is shown comes from the service after that. */
  const change = useCallback(
    async (id: string, shown: (conversation: Conversation) => Conversation | null, send: () => Promise<void>) => {
      const changed = (pages: Page[] | undefined): Page[] => (pages ?? []).map((page) => apply(page, id, shown));
      if (isShown.current) await mutate(changed, { revalidate: false });
      await send().finally(() => isShown.current && mutate());
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
