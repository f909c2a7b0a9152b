import { Menu, X } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/router";
import { Dialog } from "radix-ui";
import { type ReactNode, useEffect, useState } from "react";
import { Brand } from "@/components/brand";
import { Sidebar } from "@/components/sidebar";
import { UndoProvider } from "@/components/undo";
import { useSignedIn } from "@/lib/session";
import { text } from "@/lib/strings";

/** What stands around every page that shows a restaurant's data; whoever is not signed in is sent to do so first. */
export function Shell({ children }: { children: ReactNode }) {
  const router = useRouter();
  const signedIn = useSignedIn();

  useEffect(() => {
    if (router.isReady && !signedIn) void router.replace({ pathname: "/sign-in", query: { next: router.asPath } });
  }, [router, signedIn]);

  if (!signedIn) return <main className="min-h-full" aria-busy="true" />;
  return (
    <UndoProvider>
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
    </UndoProvider>
  );
}

/** On a phone: the name, and the menu that the wide screen shows beside the page. */
function TopBar() {
  const router = useRouter();
  const [open, setOpen] = useState(false);

  useEffect(() => {
    const close = () => setOpen(false);
    router.events.on("routeChangeComplete", close);
    return () => router.events.off("routeChangeComplete", close);
  }, [router.events]);

  return (
    <header className="flex h-14 shrink-0 items-center justify-between border-b border-line px-3 md:hidden">
      <Dialog.Root open={open} onOpenChange={setOpen}>
        <Dialog.Trigger className="icon-button" aria-label={text.navigation.open}>
          <Menu className="size-5" />
        </Dialog.Trigger>
        <Dialog.Portal>
          {/* Not Radix's own overlay: it would put a style element into the page, which the policy forbids. */}
          <div className="fixed inset-0 z-30 bg-ink/30 dark:bg-black/60" />
          <Dialog.Content
            className="fixed inset-y-0 left-0 z-40 w-80 max-w-[86vw] bg-paper shadow-float outline-none"
            aria-describedby={undefined}
          >
            <Dialog.Title className="sr-only">{text.navigation.label}</Dialog.Title>
            <Dialog.Close className="icon-button absolute top-3 right-3 z-10" aria-label={text.navigation.close}>
              <X className="size-5" />
            </Dialog.Close>
            <Sidebar />
          </Dialog.Content>
        </Dialog.Portal>
      </Dialog.Root>
      <Link href="/">
        <Brand />
      </Link>
      <span className="size-9" />
    </header>
  );
}
