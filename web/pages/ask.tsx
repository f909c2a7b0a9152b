import Head from "next/head";
import { useRouter } from "next/router";
import { useEffect, useState } from "react";
import { Chat } from "@/components/chat";
import { newId } from "@/lib/ask";
import { text } from "@/lib/strings";

/** `/ask` begins a conversation, `/ask?c=ID` opens one. A new one gets its address with its first question. */
export default function Ask() {
  const router = useRouter();
  const named = typeof router.query.c === "string" ? router.query.c : null;
  const [fresh, setFresh] = useState<string | null>(null);

  useEffect(() => {
    if (!named) setFresh(newId());
  }, [named]);

  const id = named ?? fresh;
  return (
    <>
      <Head>
        <title>{`${text.chat.title} · ${text.product}`}</title>
      </Head>
      {router.isReady && id && <Chat key={id} id={id} isNew={id === fresh} />}
    </>
  );
}
