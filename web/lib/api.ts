/** The service's API. The id token goes with every request; a token that is refused is renewed once. */
import { Patience } from "@/lib/patience";
import { asProblem, problemOf } from "@/lib/problem";
import { endSession, idToken } from "@/lib/session";

/** Answers only with a 2xx; throws a Problem otherwise, and sooner or later whatever the other side does. */
export async function call(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const token = await idToken();
  const first = await send(input, init, token);
  const response = first.status === 401 ? await send(input, init, await idToken(token)) : first;
  if (response.status === 401) endSession();
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function send(input: RequestInfo | URL, init: RequestInit, token: string): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("authorization", `Bearer ${token}`);
  const patience = new Patience(init.signal);
  try {
    return patience.watch(await fetch(input, { ...init, headers, signal: patience.signal, cache: "no-store" }));
  } catch (error) {
    patience.end();
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw asProblem(error);
  }
}

export async function getJson<T>(path: string): Promise<T> {
  const response = await call(path);
  try {
    return (await response.json()) as T;
  } catch (error) {
    throw asProblem(error);
  }
}

export async function sendJson(method: "POST" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<void> {
  const given =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  await call(path, { method, keepalive: true, ...given });
}
