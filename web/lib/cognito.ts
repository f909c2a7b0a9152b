/** Cognito, through Amplify's Auth, with every token in this page's memory and nowhere else. */
import {
  confirmSignIn as amplifyConfirm,
  signIn as amplifySignIn,
  signOut as amplifySignOut,
  fetchAuthSession,
} from "@aws-amplify/auth";
import { cognitoUserPoolsTokenProvider } from "@aws-amplify/auth/cognito";
import { Amplify, type AuthConfig, type KeyValueStorageInterface, syncSessionStorage } from "@aws-amplify/core";
import { readConfig } from "@/lib/config";

class Memory implements KeyValueStorageInterface {
  private readonly kept = new Map<string, string>();
  async setItem(key: string, value: string): Promise<void> {
    this.kept.set(key, value);
  }
  async getItem(key: string): Promise<string | null> {
    return this.kept.get(key) ?? null;
  }
  async removeItem(key: string): Promise<void> {
    this.kept.delete(key);
  }
  async clear(): Promise<void> {
    this.kept.clear();
  }
}

/** Amplify keeps a sign-in that is half done (a new password is asked for) in sessionStorage; here it is not kept. */
function keepHalfDoneSignInsInMemory(): void {
  const kept = new Map<string, string>();
  Object.assign(syncSessionStorage, {
    setItem: (key: string, value: string) => kept.set(key, value),
    getItem: (key: string) => kept.get(key) ?? null,
    removeItem: (key: string) => kept.delete(key),
    clear: () => kept.clear(),
  });
}

const memory = new Memory();

/** The last sign-out; the next sign-in waits for it, or it would take the new tokens along. */
let leaving: Promise<void> = Promise.resolve();

let ready: Promise<void> | null = null;

function configured(): Promise<void> {
  ready ??= configure();
  ready.catch(() => {
    ready = null;
  });
  return ready;
}

async function configure(): Promise<void> {
  const config = await readConfig();
  const auth: AuthConfig = {
    Cognito: {
      userPoolId: config.userPoolId,
      userPoolClientId: config.userPoolClientId,
      userPoolEndpoint: config.cognitoEndpoint,
      loginWith: { email: true },
    },
  };
  keepHalfDoneSignInsInMemory();
  cognitoUserPoolsTokenProvider.setKeyValueStorage(memory);
  cognitoUserPoolsTokenProvider.setAuthConfig(auth);
  Amplify.configure({ Auth: auth }, { Auth: { tokenProvider: cognitoUserPoolsTokenProvider } });
}

export type SignInStep = "done" | "new-password" | "unsupported";

function stepOf(name: string): SignInStep {
  if (name === "DONE") return "done";
  return name === "CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED" ? "new-password" : "unsupported";
}

export async function signIn(email: string, password: string): Promise<SignInStep> {
  await configured();
  await leaving;
  await memory.clear(); // a session that ended without a sign-out would stand in the way
  const { nextStep } = await amplifySignIn({ username: email, password, options: { authFlowType: "USER_SRP_AUTH" } });
  return stepOf(nextStep.signInStep);
}

export async function chooseNewPassword(password: string): Promise<SignInStep> {
  await configured();
  return stepOf((await amplifyConfirm({ challengeResponse: password })).nextStep.signInStep);
}

/** A renewal that is refused for one of these is refused for good. */
const ENDED = new Set([
  "NotAuthorizedException",
  "TokenRevokedException",
  "UserNotFoundException",
  "PasswordResetRequiredException",
  "UserNotConfirmedException",
  "RefreshTokenReuseException",
]);

let renewing: Promise<string | null> | null = null;

async function tokenOf(session: ReturnType<typeof fetchAuthSession>): Promise<string | null> {
  return (await session).tokens?.idToken?.toString() ?? null;
}

/** The id token, renewed when it has run out; another one than `refused`, which is renewed once for all who were refused
 * with it. null when nobody is signed in any more. Throws when it could not be renewed for any other reason. */
export async function idToken(refused: string | null = null): Promise<string | null> {
  await configured();
  try {
    const token = await tokenOf(fetchAuthSession());
    if (token === null || token !== refused) return token;
    renewing ??= tokenOf(fetchAuthSession({ forceRefresh: true })).finally(() => {
      renewing = null;
    });
    return await renewing;
  } catch (error) {
    if (error instanceof Error && ENDED.has(error.name)) return null;
    throw error;
  }
}

export async function signOut(): Promise<void> {
  await configured();
  leaving = amplifySignOut().finally(() => memory.clear());
  await leaving;
}
