/** The service's API. The id token goes with every request; a token that is refused is renewed once. */
import { asProblem, Problem, problemOf } from "@/lib/problem";
import { idToken } from "@/lib/session";
import { text } from "@/lib/strings";

const PATIENCE_MS = 40_000;

/** Answers only with a 2xx; throws a Problem otherwise. */
export async function call(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const first = await send(input, init, await idToken());
  const response = first.status === 401 ? await send(input, init, await idToken(true)) : first;
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function send(input: RequestInfo | URL, init: RequestInit, token: string): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("authorization", `Bearer ${token}`);
  try {
    return await fetch(input, { ...init, headers, cache: "no-store" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    if (error instanceof DOMException && error.name === "TimeoutError") {
      throw new Problem("timeout", text.failures.timeout);
    }
    throw asProblem(error);
  }
}

export async function getJson<T>(path: string): Promise<T> {
  const response = await call(path, { signal: AbortSignal.timeout(PATIENCE_MS) });
  return (await response.json()) as T;
}

export async function sendJson(method: "POST" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<void> {
  const given =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  await call(path, { method, keepalive: true, ...given });
}
