import { ChartNoAxesColumn, LogOut, SquarePen } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/router";
import type { ReactNode } from "react";
import { Brand } from "@/components/brand";
import { ConversationList } from "@/components/conversation-list";
import { useAccount } from "@/lib/account";
import { signOut } from "@/lib/session";
import { text } from "@/lib/strings";

const words = text.navigation;

export function Sidebar() {
  const { pathname, query } = useRouter();
  return (
    <nav aria-label={words.label} className="flex h-full flex-col">
      <div className="flex h-16 shrink-0 items-center px-5">
        <Brand />
      </div>
      <div className="flex flex-col gap-0.5 px-3">
        <Entry href="/" icon={<ChartNoAxesColumn className="size-4" />} active={pathname === "/"}>
          {words.home}
        </Entry>
        <Entry href="/ask" icon={<SquarePen className="size-4" />} active={pathname === "/ask" && !query.c}>
          {words.ask}
        </Entry>
      </div>
      <ConversationList />
      <Account />
    </nav>
  );
}

function Entry(props: { href: string; icon: ReactNode; active: boolean; children: ReactNode }) {
  const look = props.active ? "bg-accent-soft text-accent font-medium" : "hover:bg-sunken";
  return (
    <Link
      href={props.href}
      prefetch={false}
      aria-current={props.active ? "page" : undefined}
      className={`flex h-10 items-center gap-3 rounded-xl px-3 text-sm transition-colors ${look}`}
    >
      {props.icon}
      {props.children}
    </Link>
  );
}

function Account() {
  const { data } = useAccount();
  return (
    <div className="flex items-center gap-2 border-t border-line px-5 py-3">
      <div className="min-w-0 flex-1 text-sm leading-tight">
        <div className="truncate font-medium">{data?.restaurant.name ?? "\u00a0"}</div>
        <div className="truncate text-xs text-muted">{data?.email ?? "\u00a0"}</div>
      </div>
      <button
        type="button"
        className="icon-button"
        onClick={() => void signOut()}
        aria-label={words.signOut}
        title={words.signOut}
      >
        <LogOut className="size-4" />
      </button>
    </div>
  );
}
