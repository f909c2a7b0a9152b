import "@/styles/app.css";
import type { NextPage } from "next";
import type { AppProps } from "next/app";
import Head from "next/head";
import { SWRConfig } from "swr";
import { Shell } from "@/components/shell";
import { Problem } from "@/lib/problem";
import { text } from "@/lib/strings";

/** A page that shows a restaurant's own data stands in the shell and needs a sign-in. */
export type Page = NextPage & { open?: boolean };

/** What the caller must mend is not asked again by itself; what is away for a moment is, three times. */
const swr = {
  revalidateOnFocus: false,
  errorRetryCount: 3,
  shouldRetryOnError: (error: unknown) => !(error instanceof Problem) || error.status === 0 || error.status >= 500,
};

export default function App({ Component, pageProps }: AppProps & { Component: Page }) {
  const page = <Component {...pageProps} />;
  return (
    <SWRConfig value={swr}>
      <Head>
        <title>{text.product}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="description" content={text.promise} />
      </Head>
      {Component.open ? page : <Shell>{page}</Shell>}
    </SWRConfig>
  );
}
