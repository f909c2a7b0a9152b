import { Ellipsis } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useRouter } from "next/router";
import { type FormEvent, useRef, useState } from "react";
import { LoadingOver } from "@/components/loading-part";
import { Notice } from "@/components/notice";
import { useUndo } from "@/components/undo";
import { type Conversation, useConversations } from "@/lib/conversations";
import { text } from "@/lib/strings";

const words = text.conversations;
const ConversationMenu = dynamic(() => import("@/components/conversation-menu"), {
  ssr: false,
  loading: ({ error, retry }) => <LoadingOver error={error} onRetry={retry} />,
});

export function ConversationList() {
  const { conversations, isLoading, error, hasMore, showOlder, rename, remove } = useConversations();
  const router = useRouter();
  const offerUndo = useUndo();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [failed, setFailed] = useState(false);
  const shown = conversations.filter((each) => !hidden.has(each.id));

  function hide(id: string, yes: boolean) {
    setHidden((now) => {
      const next = new Set(now);
      yes ? next.add(id) : next.delete(id);
      return next;
    });
  }

  function deleteWithUndo(conversation: Conversation) {
    const open = router.query.c === conversation.id;
    setFailed(false);
    hide(conversation.id, true);
    if (open) void router.push("/ask");
    offerUndo({
      sentence: words.removed(conversation.title),
      undo: () => {
        hide(conversation.id, false);
        if (open) void router.push({ pathname: "/ask", query: { c: conversation.id } });
      },
      act: () => {
        remove(conversation.id).catch(() => {
          hide(conversation.id, false);
          setFailed(true);
        });
      },
    });
  }

  return (
    <section className="mt-5 flex min-h-0 flex-1 flex-col" aria-labelledby="conversations">
      <h2 id="conversations" className="px-6 pb-1 text-xs font-medium text-muted">
        {words.title}
      </h2>
      <div className="min-h-0 flex-1 overflow-y-auto px-3 pb-3">
        {failed && <Notice tone="bad">{words.failedToChange}</Notice>}
        {error && shown.length === 0 && <p className="px-3 py-2 text-sm text-muted">{words.failed}</p>}
        {!error && !isLoading && shown.length === 0 && <p className="px-3 py-2 text-sm text-muted">{words.empty}</p>}
        <ul>
          {shown.map((each) => (
            <Item
              key={each.id}
              conversation={each}
              active={router.pathname === "/ask" && router.query.c === each.id}
              onRename={(title) => {
                setFailed(false);
                rename(each.id, title).catch(() => setFailed(true));
              }}
              onDelete={() => deleteWithUndo(each)}
            />
          ))}
        </ul>
        {hasMore && (
          <button
            type="button"
            className="mx-3 mt-1 py-2 text-sm text-muted underline underline-offset-4 hover:text-ink"
            onClick={showOlder}
          >
            {words.older}
          </button>
        )}
      </div>
    </section>
  );
}

interface ItemProps {
  conversation: Conversation;
  active: boolean;
  onRename: (title: string) => void;
  onDelete: () => void;
}

function Item({ conversation, active, onRename, onDelete }: ItemProps) {
  const [renaming, setRenaming] = useState(false);
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  if (renaming) {
    const save = (title: string) => {
      setRenaming(false);
      if (title && title !== conversation.title) onRename(title);
    };
    return (
      <li>
        <Rename title={conversation.title} onSave={save} onCancel={() => setRenaming(false)} />
      </li>
    );
  }
  return (
    <li
      className={`group flex items-center rounded-xl transition-colors ${active ? "bg-sunken" : "hover:bg-sunken/70"}`}
    >
      <Link
        href={{ pathname: "/ask", query: { c: conversation.id } }}
        aria-current={active ? "page" : undefined}
        className="min-w-0 flex-1 truncate rounded-xl py-2 pr-1 pl-3 text-sm"
        title={conversation.title}
      >
        {conversation.title}
      </Link>
      <div className="relative">
        <button
          ref={button}
          type="button"
          className="icon-button size-8 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 aria-expanded:opacity-100 pointer-coarse:opacity-100"
          aria-label={words.menu(conversation.title)}
          aria-haspopup="menu"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <Ellipsis className="size-4" />
        </button>
        {open && (
          <ConversationMenu
            button={button}
            label={words.menu(conversation.title)}
            onRename={() => setRenaming(true)}
            onDelete={onDelete}
            onClose={() => setOpen(false)}
          />
        )}
      </div>
    </li>
  );
}

function Rename({ title, onSave, onCancel }: { title: string; onSave: (title: string) => void; onCancel: () => void }) {
  const [given, setGiven] = useState(title);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSave(given.trim());
  };
  return (
    <form onSubmit={submit} className="py-0.5">
      <input
        className="h-9 w-full rounded-lg border border-accent bg-surface px-3 text-sm"
        aria-label={words.newTitle}
        value={given}
        maxLength={120}
        ref={(input) => input?.focus()}
        onChange={(event) => setGiven(event.target.value)}
        onBlur={() => onSave(given.trim())}
        onKeyDown={(event) => {
          if (event.key === "Escape") onCancel();
        }}
      />
    </form>
  );
}
