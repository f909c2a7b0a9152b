import Head from "next/head";
import { useRouter } from "next/router";
import { useEffect } from "react";
import { Brand } from "@/components/brand";
import { SignInForm } from "@/components/sign-in-form";
import { returnTo } from "@/lib/return-to";
import { useSignedIn } from "@/lib/session";
import { text } from "@/lib/strings";
import type { Page } from "./_app";

const SignIn: Page = () => {
  const router = useRouter();
  const signedIn = useSignedIn();
  const next = returnTo(router.query.next);

  useEffect(() => {
    if (signedIn && router.isReady) void router.replace(next);
  }, [signedIn, router, next]);

  return (
    <main className="mx-auto flex min-h-full max-w-sm flex-col justify-center gap-8 px-6 py-12">
      <Head>
        <title>{`${text.signIn.title} · ${text.product}`}</title>
      </Head>
      <Brand />
      <SignInForm returning={next !== "/"} />
    </main>
  );
};
SignIn.open = true;

export default SignIn;
