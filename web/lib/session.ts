/** Who is signed in, for as long as this page lives. A reload forgets it, on purpose: tokens are kept nowhere. */
import { useSyncExternalStore } from "react";
import { forgetDrafts } from "@/lib/drafts";
import { SIGN_IN_MS, within } from "@/lib/patience";
import { asProblem, Problem } from "@/lib/problem";
import { text } from "@/lib/strings";

type Cognito = typeof import("@/lib/cognito");

const loadCognito = (): Promise<Cognito> => import("@/lib/cognito");

let signedIn = false;
/** Who signed in last: what somebody typed is for nobody else. */
let lastEmail = "";
const listeners = new Set<() => void>();

function setSignedIn(now: boolean): void {
  signedIn = now;
  for (const tell of listeners) tell();
}

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

export function useSignedIn(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => signedIn,
    () => false,
  );
}

export type Step = "done" | "new-password";

export async function signIn(email: string, password: string): Promise<Step> {
  if (email.toLowerCase() !== lastEmail) forgetDrafts();
  lastEmail = email.toLowerCase();
  return inWords(async (cognito) => cognito.signIn(email, password));
}

export async function chooseNewPassword(password: string): Promise<Step> {
  return inWords(async (cognito) => cognito.chooseNewPassword(password));
}

async function inWords(step: (cognito: Cognito) => Promise<"done" | "new-password" | "unsupported">): Promise<Step> {
  let reached: "done" | "new-password" | "unsupported";
  try {
    reached = await within(SIGN_IN_MS, loadCognito().then(step));
  } catch (error) {
    throw signInProblem(error);
  }
  if (reached === "unsupported") throw new Problem("unsupported_challenge", text.signIn.unsupported);
  if (reached === "done") setSignedIn(true);
  return reached;
}

function signInProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const name = error instanceof Error ? error.name : "";
  const sentence = text.signIn.problems[name];
  if (sentence) return new Problem(name, sentence);
  return name === "NetworkError" ? asProblem(new TypeError()) : new Problem(name, text.signIn.problems.other ?? "");
}

/** At once for the reader; Cognito is told meanwhile, and a Cognito that is away keeps nobody signed in here. */
export async function signOut(): Promise<void> {
  forgetDrafts();
  setSignedIn(false);
  await (await loadCognito()).signOut();
}

/** The service refuses even a fresh token: only signing in again can help. */
export function endSession(): void {
  setSignedIn(false);
}

/** Another one than `refused`. Throws a Problem when nobody is signed in any more; the page then asks to sign in again. */
export async function idToken(refused: string | null = null): Promise<string> {
  let token: string | null = null;
  try {
    token = await within(
      SIGN_IN_MS,
      loadCognito().then((cognito) => cognito.idToken(refused)),
    );
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (isNetwork(error)) throw asProblem(new TypeError());
    throw new Problem("sign_in_away", text.failures.signInAway);
  }
  if (token === null) {
    setSignedIn(false);
    throw new Problem("unauthenticated", text.failures.signedOut, 401);
  }
  return token;
}

function isNetwork(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof Error && error.name === "NetworkError");
}
