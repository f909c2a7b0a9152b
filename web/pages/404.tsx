import Link from "next/link";
import { Brand } from "@/components/brand";
import { text } from "@/lib/strings";
import type { Page } from "./_app";

const NotFound: Page = () => (
  <main className="mx-auto flex min-h-full max-w-md flex-col justify-center gap-5 px-6">
    <Brand />
    <h1 className="font-serif text-3xl">{text.notFound.title}</h1>
    <p className="text-muted">{text.notFound.body}</p>
    <Link href="/" className="button-main self-start">
      {text.notFound.home}
    </Link>
  </main>
);
NotFound.open = true;

export default NotFound;
