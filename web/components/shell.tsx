import { Menu } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useRouter } from "next/router";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { SWRConfig } from "swr";
import { Brand } from "@/components/brand";
import { LoadingOver } from "@/components/loading-part";
import { Sidebar } from "@/components/sidebar";
import { UndoProvider } from "@/components/undo";
import { useSignedIn } from "@/lib/session";
import { text } from "@/lib/strings";

const PhoneMenu = dynamic(() => import("@/components/phone-menu"), {
  ssr: false,
  loading: ({ error, retry }) => <LoadingOver error={error} onRetry={retry} />,
});

/** What was fetched goes with the sign-in that it was fetched for, however that ends. */
const ownMemory = { provider: () => new Map() };

/** What stands around every page that shows a restaurant's data; whoever is not signed in is sent to do so first. */
export function Shell({ children }: { children: ReactNode }) {
  const router = useRouter();
  const signedIn = useSignedIn();

  useEffect(() => {
    if (router.isReady && !signedIn) void router.replace({ pathname: "/sign-in", query: { next: router.asPath } });
  }, [router, signedIn]);

  if (!signedIn) return <main className="min-h-full" aria-busy="true" />;
  return (
    <SWRConfig value={ownMemory}>
      <UndoProvider>
        <Frame>{children}</Frame>
      </UndoProvider>
    </SWRConfig>
  );
}

function Frame({ children }: { children: ReactNode }) {
  return (
    <>
      <a
        href="#content"
        className="button-main sr-only focus:not-sr-only focus:absolute focus:top-3 focus:left-3 focus:z-50 focus:px-4"
      >
        {text.skip}
      </a>
      <div className="flex h-full">
        <aside className="hidden w-72 shrink-0 border-r border-line bg-sunken/50 md:block">
          <Sidebar />
        </aside>
        <div className="flex min-w-0 flex-1 flex-col">
          <TopBar />
          <main id="content" tabIndex={-1} className="min-h-0 flex-1 outline-none">
            {children}
          </main>
        </div>
      </div>
    </>
  );
}

/** On a phone: the name, and the menu that the wide screen shows beside the page. */
function TopBar() {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    const close = () => setOpen(false);
    router.events.on("routeChangeComplete", close);
    return () => router.events.off("routeChangeComplete", close);
  }, [router.events]);

  return (
    <header className="flex h-14 shrink-0 items-center justify-between border-b border-line px-3 md:hidden">
      <button
        ref={button}
        type="button"
        className="icon-button"
        aria-label={text.navigation.open}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(true)}
      >
        <Menu className="size-5" />
      </button>
      {open && <PhoneMenu button={button} onClose={() => setOpen(false)} />}
      <Link href="/" prefetch={false}>
        <Brand />
      </Link>
      <span className="size-9" />
    </header>
  );
}
